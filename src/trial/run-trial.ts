/** One trial, start to finish: fresh processes, one clock, every cell in the trial's order. */
import type { Clock } from '../measure/clock.ts';
import type { HiccupMeter } from '../measure/hiccup-meter.ts';
import type { ClockCheck, Measurement, TrialHead, TrialResult } from '../result/record.ts';
import type { Arm, Plan, PlannedTrial } from '../scenario/plan.ts';
import type { Cell, Extent, Scenario } from '../scenario/scenario.ts';
import type { Transport } from '../transports/contract.ts';
import { type Nanoseconds, bytes, nanoseconds, seconds } from '../units.ts';
import { checkClocks } from './clock-handshake.ts';
import { type CellContext, measureCell, warmUpProcesses } from './measure-cell.ts';
import type { Placement } from './placement.ts';
import { startProcesses } from './processes.ts';

export interface TrialContext {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly hiccups: HiccupMeter;
  readonly readyTimeoutNs: Nanoseconds;
  readonly placement: Placement;
  readonly loadTransport: (name: string) => Promise<Transport>;
  /** The interrupt: the trial in hand is given up. */
  readonly signal: AbortSignal;
  readonly onCell: (trial: PlannedTrial, cell: Cell) => void;
}

/** The trial was given up because the command is going away. Its measurements are dropped. */
export class TrialInterrupted extends Error {
  override readonly name = 'TrialInterrupted';
}

/** Never rejects for what happens to the processes: a trial that failed is a result. Rejects with `TrialInterrupted` on the signal. */
export async function runTrial(trial: PlannedTrial, arm: Arm, context: TrialContext): Promise<TrialResult> {
  const head: TrialHead = { index: trial.index, block: trial.block, armId: trial.armId };
  const measurements: Measurement[] = [];
  try {
    const clock = await throughCells(trial, arm, context, measurements);
    return { ...head, status: 'completed', clock, measurements };
  } catch (error) {
    if (context.signal.aborted) throw new TrialInterrupted('the trial was interrupted');
    if (!(error instanceof Error)) throw error;
    return { ...head, status: 'failed', error: error.message, measurements };
  }
}

async function throughCells(
  trial: PlannedTrial,
  arm: Arm,
  context: TrialContext,
  measurements: Measurement[],
): Promise<ClockCheck> {
  const transport = await context.loadTransport(arm.variant.transport);
  const { seed } = trial;
  const processes = await startProcesses({
    arm,
    transport,
    seed,
    readyTimeoutNs: context.readyTimeoutNs,
    placement: context.placement,
  });
  const onAbort = (): void => void processes.end();
  context.signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (context.signal.aborted) throw new TrialInterrupted('the trial was interrupted');
    const clockCheck = await checkClocks(processes, context.clock);
    const cellContext: CellContext = { processes, clock: context.clock, clockCheck, hiccups: context.hiccups, seed };
    await warmUpProcesses(processWarmup(context.plan.processWarmup), cellContext);
    for (const cell of cellsInOrder(trial, context.plan)) {
      context.onCell(trial, cell);
      measurements.push(await measureCell(cell, cellContext));
    }
    return clockCheck;
  } finally {
    context.signal.removeEventListener('abort', onAbort);
    await processes.end();
  }
}

function cellsInOrder(trial: PlannedTrial, plan: Plan): Cell[] {
  return trial.cellIds.flatMap((id) => plan.cells.filter((cell) => cell.id === id));
}

/** Small calls, one at a time, until the code that all scenarios share has been compiled. */
function processWarmup(extent: Extent): Scenario {
  return {
    name: 'process-warmup',
    title: 'Process warm-up',
    shows: '',
    clients: 1,
    scripts: [{ name: 'echo', weight: 1, steps: [echoStep] }],
    load: { kind: 'closed', thinkNs: nanoseconds(0) },
    publish: [],
    warmup: extent,
    window: extent,
    timeoutNs: seconds(5),
    stall: undefined,
  };
}

const echoStep = {
  kind: 'call',
  tool: 'echo',
  argument: { kind: 'filler', bytes: bytes(128) },
  answerBytes: bytes(128),
  delayNs: nanoseconds(0),
  progressSteps: 0,
  misbehaviour: undefined,
} as const;
