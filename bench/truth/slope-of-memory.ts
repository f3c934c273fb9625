/** What a listener adds to the endpoint's memory, told twice. */
import { fitLine, type Line } from '#dist/stats/line.js';
import { type ListenersStep, type MemoryMeasure, memoryPoints } from '#dist/stats/listeners.js';
import { line } from '../support/lines.js';
import { listenerSteps } from '../support/listeners.js';
import { ARMS, SEED } from './common.js';

const RANGES: readonly (readonly number[])[] = [
  [100, 200, 300],
  [500, 650, 800],
];

/** What a listener adds does not depend on how many there are: two ranges of numbers, which share none, tell the same slope. */
export async function slopeOfMemory(): Promise<void> {
  for (const arm of ARMS.filter((one) => one === 'sse' || one === 'websocket')) {
    const steps = await listenerSteps({ arm, connections: RANGES.flat(), repeats: 3, seed: SEED });
    for (const measure of ['resident', 'heap-connected'] as const) compareRanges(arm, steps, measure);
    const counted = steps.every(({ data: { sockets } }) => sockets.connected.endpoint === sockets.connected.clients);
    const most = Math.max(...steps.map(({ data }) => data.sockets.connected.endpoint));
    line(
      `open sockets over ${arm}, at the endpoint and at its clients`,
      'equal at every step',
      `up to ${most}`,
      counted,
    );
  }
}

function compareRanges(arm: string, steps: readonly ListenersStep[], measure: MemoryMeasure): void {
  const [lower, upper] = RANGES.map((range) => {
    const within = steps.filter(({ data }) => range.includes(data.listeners));
    return fitLine(memoryPoints(within, measure));
  });
  if (lower === undefined || upper === undefined) throw new Error(`no line through the steps of ${arm}`);
  line(
    `bytes per listener (${measure}) over ${arm}, 100 – 300 and 500 – 800`,
    'intervals that overlap',
    `${interval(lower)} and ${interval(upper)}`,
    lower.low <= upper.high && upper.low <= lower.high,
  );
}

const interval = ({ slope, low, high }: Line): string =>
  `${Math.round(slope)} (${Math.round(low)} … ${Math.round(high)})`;
