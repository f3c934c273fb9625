/** The study `listeners` in a report: what a connection adds, what an update costs, what a cut does. */
import { cpu, percent, plain, significant, size, time } from '../../claims/quantity.ts';
import { estimate } from '../../stats/estimate.ts';
import { type Line, fitLine } from '../../stats/line.ts';
import {
  clientSlope,
  cpuShare,
  fullest,
  type ListenersStep,
  MEMORY_MEASURES,
  type MemoryMeasure,
  memoryPoints,
  memorySlope,
  stepsOfArm,
  UPDATE_MEASURES,
  type UpdateMeasure,
} from '../../stats/listeners.ts';
import { median } from '../../stats/order-statistics.ts';
import type { StudyRendering, StudyTable } from './rendering.ts';

const MEASURE_WORDS: Readonly<Record<MemoryMeasure, string>> = {
  resident: 'resident',
  'heap-connected': 'heap',
  'heap-resting': 'at rest',
  'heap-receiving': 'after updates',
};

interface ArmSteps {
  readonly title: string;
  readonly steps: readonly ListenersStep[];
}

export const render: StudyRendering<'listeners'> = (all, { arms }) => {
  const steps = all.flatMap(({ outcome, ...step }) =>
    outcome.status === 'measured' ? [{ ...step, data: outcome.data }] : [],
  );
  const byArm = arms
    .map(({ id, title }) => ({ title, steps: stepsOfArm(steps, id) }))
    .filter((arm) => arm.steps.length > 0);
  if (byArm.length === 0) return { lines: [], tables: [], notes: [] };
  return {
    lines: [
      'Every step: a fresh endpoint, warmed up with listeners that leave again; garbage collected before memory is read.',
      'Memory is what has been added since before the first connected. Processor time is the endpoint’s own.',
    ],
    tables: [memoryTable(byArm), updateTable(byArm), ...cutTables(byArm)],
    notes: [
      ...byArm.flatMap(bentNotes),
      ...kernelNotes(steps),
      ...lossNotes(byArm),
      ...READING_NOTES,
      ...(steps.some(({ data }) => data.clientHeap !== undefined) ? [CLIENT_NOTE] : []),
    ],
  };
};

const READING_NOTES = [
  'connected: with the sockets that wait for a further request; at rest: without them, as after their keep-alive time.',
  'resident: pages in memory less V8’s space for young objects; what was touched once is seldom given back, so at rest the heap tells.',
];

const CLIENT_NOTE =
  'client: live memory of the process that holds all clients, connected, with what its measuring holds for each.';

function memoryTable(byArm: readonly ArmSteps[]): StudyTable {
  // Older records do not have it.
  const hasClients = byArm.some(({ steps }) => clientSlope(steps) !== undefined);
  return {
    caption: 'KiB of memory that each further listener adds (slope ± its 95 % interval)',
    heads: [
      '',
      'sockets',
      ...MEMORY_MEASURES.map((measure) => MEASURE_WORDS[measure]),
      ...(hasClients ? ['client'] : []),
    ],
    rows: byArm.map(({ title, steps }) => [
      title,
      socketsCell(steps),
      ...MEMORY_MEASURES.map((measure) => slopeCell(steps, measure)),
      ...(hasClients ? [inKiB(clientSlope(steps)) ?? '–'] : []),
    ]),
  };
}

/** When connected, then at rest: `2 → 1`. */
function socketsCell(steps: readonly ListenersStep[]): string {
  const most = fullest(steps);
  if (most.length === 0) return '–';
  const each = (state: 'connected' | 'resting'): string =>
    plain(median(most.map(({ data }) => data.sockets[state].endpoint / data.listeners)));
  const [connected, resting] = [each('connected'), each('resting')];
  return connected === resting ? connected : `${connected} → ${resting}`;
}

function slopeCell(steps: readonly ListenersStep[], measure: MemoryMeasure): string {
  const line = memorySlope(steps, measure);
  if (line === undefined) return fitLine(memoryPoints(steps, measure)) === undefined ? 'too few steps' : 'non-linear';
  return inKiB(line);
}

function inKiB(line: Line): string;
function inKiB(line: Line | undefined): string | undefined;
function inKiB(line: Line | undefined): string | undefined {
  if (line === undefined) return undefined;
  const text = (value: number): string => significant(value / 1_024);
  return `${text(line.slope)} ± ${text(line.high - line.slope)}`;
}

/** The raw points where no line can stand for them. */
function bentNotes({ title, steps }: ArmSteps): readonly string[] {
  return MEMORY_MEASURES.filter((measure) => slopeCell(steps, measure) === 'non-linear').map((measure) => {
    const points = memoryPoints(steps, measure).toSorted((a, b) => a.x - b.x);
    const line = fitLine(points);
    const found = points.map(({ x, y }) => `${x}: ${size(y)}`).join(', ');
    return `${title}, ${MEASURE_WORDS[measure]}: non-linear (R² ${(line?.rSquared ?? 0).toFixed(2)}); ${found}`;
  });
}

function updateTable(byArm: readonly ArmSteps[]): StudyTable {
  return {
    caption: 'With the most listeners (median of the repetitions)',
    heads: ['', 'listeners', 'CPU idle', 'receiving', 'CPU/update', 'bytes/update', 'delivery p50', 'p99'],
    rows: byArm.flatMap(({ title, steps }) => {
      const most = fullest(steps);
      const [first] = most;
      return first === undefined ? [] : [[title, plain(first.data.listeners), ...updateCells(most)]];
    }),
  };
}

function updateCells(most: readonly ListenersStep[]): readonly string[] {
  const p99 = most.flatMap(({ data }) => data.receiving.delivery?.p99Ns ?? []);
  return [
    percent(median(most.map(({ data }) => cpuShare(data.idle)))),
    percent(median(most.map(({ data }) => cpuShare(data.receiving)))),
    valueOf(most, 'cpu', cpu),
    valueOf(most, 'bytes', size),
    valueOf(most, 'delivery', time),
    p99.length === 0 ? '–' : time(median(p99)),
  ];
}

function valueOf(steps: readonly ListenersStep[], measure: UpdateMeasure, words: (value: number) => string): string {
  const found = estimate(steps.flatMap((step) => UPDATE_MEASURES[measure](step) ?? []));
  return found === undefined ? '–' : words(found.value);
}

/** One row for each arm whose listener was cut off. */
function cutTables(byArm: readonly ArmSteps[]): readonly StudyTable[] {
  const rows = byArm.flatMap(({ title, steps }) => cutRow(title, steps));
  if (rows.length === 0) return [];
  const heads = ['', 'cuts', 'noticed after', 'back after', 'lost by it', 'lost by the others', 'their p50'];
  return [{ caption: 'One listener reset; it opens a new session at once, over every transport alike', heads, rows }];
}

function cutRow(title: string, steps: readonly ListenersStep[]): readonly (readonly string[])[] {
  const cuts = steps.flatMap(({ data }) => data.cutOff ?? []);
  if (cuts.length === 0) return [];
  const total = (read: (cut: (typeof cuts)[number]) => number): number => cuts.reduce((sum, cut) => sum + read(cut), 0);
  const middle = (values: readonly number[]): string => (values.length === 0 ? '–' : time(median(values)));
  return [
    [
      title,
      plain(cuts.length),
      middle(cuts.flatMap(({ noticedNs }) => noticedNs ?? [])),
      middle(cuts.flatMap(({ backNs }) => backNs ?? [])),
      `${total(({ cut }) => cut.lost)} of ${total(({ cut }) => cut.published)}`,
      `${total(({ others }) => others.lost)} of ${total(({ others }) => others.published)}`,
      middle(cuts.flatMap(({ others }) => others.delivery?.p50Ns ?? [])),
    ],
  ];
}

/** What was seen at most, since whatever else the host does is in it. */
function kernelNotes(steps: readonly ListenersStep[]): readonly string[] {
  const grown = steps.flatMap(({ data: { kernelTcp } }) =>
    kernelTcp === null ? [] : [kernelTcp.connectedBytes - kernelTcp.beforeBytes],
  );
  if (grown.length === 0) return ['this system does not tell what the kernel holds in TCP buffers'];
  const most = Math.max(...grown);
  return [
    `kernel, not in the above: TCP buffers of the whole host grew by ${most > 0 ? size(most) : 'nothing'} at most while listeners connected; the sockets’ own structures are not in that`,
  ];
}

function lossNotes(byArm: readonly ArmSteps[]): readonly string[] {
  return byArm.flatMap(({ title, steps }) => {
    const lost = steps.reduce((sum, { data }) => sum + data.receiving.lost, 0);
    return lost === 0 ? [] : [`${title}: ${lost} updates were lost without a cut`];
  });
}
