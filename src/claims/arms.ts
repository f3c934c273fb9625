/** Which arm of a run stands for which side of the comparison. */
import type { Arm } from '../scenario/plan.ts';
import type { Summary } from '../stats/summary.ts';

/** The two arms that the comparison is about. */
export interface Sides {
  readonly sse: Arm;
  readonly websocket: Arm;
}

/** Transports that the comparison names, as it writes them. */
const TITLES: Readonly<Partial<Record<string, string>>> = { sse: 'SSE', websocket: 'WebSocket' };

/** The first arm of each side; `undefined` when one of them is not in the run. */
export function sidesOf(summary: Summary): Sides | undefined {
  const sse = firstOf(summary, 'sse');
  const websocket = firstOf(summary, 'websocket');
  return sse !== undefined && websocket !== undefined ? { sse, websocket } : undefined;
}

const firstOf = (summary: Summary, transport: string): Arm | undefined =>
  summary.arms.find((arm) => arm.variant.transport === transport);

/** Why a side is missing, in words; empty when both are there. */
export function missingSides(summary: Summary): string {
  const missing = ['sse', 'websocket'].filter((transport) => firstOf(summary, transport) === undefined);
  return missing.map((transport) => whyMissing(summary, transport)).join('; ');
}

function whyMissing(summary: Summary, transport: string): string {
  const refused = summary.record.unsupported.find(({ armId }) => transportOf(armId) === transport);
  return refused === undefined
    ? `${titleOf(transport)} is not in this run`
    : `${titleOf(transport)} could not run: ${refused.reason}`;
}

const transportOf = (armId: string): string => armId.split('#', 1)[0] ?? armId;
const titleOf = (transport: string): string => TITLES[transport] ?? transport;

/** An arm's name for people: `WebSocket`, `WebSocket #2` for its repetition. */
export function armTitle(armId: string): string {
  const [transport = armId, repetition] = armId.split('#');
  return repetition === undefined ? titleOf(transport) : `${titleOf(transport)} #${repetition}`;
}
