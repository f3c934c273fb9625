/** One phase of load: the warm-up or the measured window. Same code, same load; only the recorder is thrown away after the first. */
import type { Clock } from '../measure/clock.ts';
import type { Recorder } from '../measure/recorder.ts';
import type { RepeatedCall } from '../mcp/call-template.ts';
import type { JsonObject } from '../mcp/jsonrpc.ts';
import { WARMUP_PATIENCE } from '../scenario/calendar-length.ts';
import type { CalendarShare } from '../scenario/divide.ts';
import type { Extent, Scenario, Step } from '../scenario/scenario.ts';
import type { Bytes, Nanoseconds } from '../units.ts';
import type { BenchClient } from './bench-client.ts';
import type { Pacer } from './pacer.ts';

/** The calls of a scenario's steps that differ in nothing but their nonce, made as they are first needed. */
export type RepeatedCalls = Map<Step, RepeatedCall>;

export interface Phase {
  readonly kind: 'warmup' | 'window';
  readonly scenario: Scenario;
  readonly clients: readonly BenchClient[];
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly filler: (size: Bytes) => string;
  /** What is called where the server is somebody else's. */
  readonly foreignCall?: { readonly tool: string; readonly args: JsonObject } | undefined;
  /** For clients that write a call once; absent where none does. */
  readonly repeated?: RepeatedCalls | undefined;
  /** Nothing is due before it. */
  readonly startNs: Nanoseconds;
  readonly seed: number;
  /** Of the calendar, where several drivers keep it together; absent for all of it. */
  readonly share?: CalendarShare | undefined;
  /** Ends the phase early: the command is going away. */
  readonly signal: AbortSignal;
}

/** When a closed loop's phase ends. */
export interface Deadline {
  /** No further script starts. */
  over(): boolean;
}

/** The extent that belongs to the phase. */
export const extentOf = (phase: Phase): Extent =>
  phase.kind === 'warmup' ? phase.scenario.warmup : phase.scenario.window;

/** The closed loop's end: the window takes whichever comes first, the warm-up wants both. */
export function deadlineOf(phase: Phase): Deadline {
  const { timeNs, calls } = extentOf(phase);
  const { clock, startNs, recorder, signal } = phase;
  const elapsed = (): number => clock.now() - startNs;
  const timeUp = (): boolean => timeNs !== undefined && elapsed() >= timeNs;
  const enough = (): boolean => calls !== undefined && recorder.calls >= calls;
  if (phase.kind === 'window') return { over: () => signal.aborted || timeUp() || enough() };
  const patience = (timeNs ?? 1e9) * WARMUP_PATIENCE;
  const warm = (): boolean => (timeNs === undefined || timeUp()) && (calls === undefined || enough());
  return { over: () => signal.aborted || warm() || elapsed() >= patience };
}
