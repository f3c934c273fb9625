/**
 * How fast a driver can be: the same load against a mirror that answers with the least work possible. Where a driver runs
 * near that, a rate is the driver's and not the transport's.
 */
import type { Clock } from '../measure/clock.ts';
import type { HiccupMeter } from '../measure/hiccup-meter.ts';
import { mirrorObstacle } from '../endpoint/mirror.ts';
import type { Ceiling, Measurement } from '../result/record.ts';
import { disqualifies } from '../result/record.ts';
import { pacingOf } from '../scenario/pacing.ts';
import type { Arm, Plan } from '../scenario/plan.ts';
import { isSaturating } from '../scenario/saturating.ts';
import type { Cell, Extent } from '../scenario/scenario.ts';
import type { Transport } from '../transports/contract.ts';
import { type Nanoseconds, milliseconds, rateOf } from '../units.ts';
import { checkClocks } from './clock-handshake.ts';
import { measureCell, warmUpProcesses } from './measure-cell.ts';
import type { Placement } from './placement.ts';
import { startProcesses } from './processes.ts';
import { processWarmup } from './run-trial.ts';

/** Enough for the driver's code to be compiled; the mirror has hardly any. */
const PROCESS_WARMUP: Extent = { timeNs: milliseconds(300), calls: 1_500 };
const WARMUP: Extent = { timeNs: milliseconds(100), calls: undefined };
const WINDOW: Extent = { timeNs: milliseconds(300), calls: undefined };
/** Whatever disturbs a window makes it slower: the fastest is nearest to what the driver can. */
const WINDOWS = 3;

export interface CeilingsOptions {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly hiccups: HiccupMeter;
  readonly loadTransport: (name: string) => Promise<Transport>;
  readonly readyTimeoutNs: Nanoseconds;
  readonly placement: Placement;
  readonly signal: AbortSignal;
}

/** Of every arm in every cell that is driven as fast as it goes, one after the other; what was measured by then where the signal ends it. */
export async function measureCeilings(options: CeilingsOptions): Promise<readonly Ceiling[]> {
  const { plan, signal } = options;
  const ceilings: Ceiling[] = [];
  for (const cell of plan.cells.filter(({ scenario }) => isSaturating(scenario))) {
    for (const arm of plan.arms) {
      if (signal.aborted) return ceilings;
      ceilings.push({ armId: arm.id, cellId: cell.id, ...(await measureCeiling(cell, arm, options)) });
    }
  }
  return ceilings;
}

type Found = Omit<Extract<Ceiling, { status: 'measured' }>, 'armId' | 'cellId'> | NotMeasured;
interface NotMeasured {
  readonly status: 'not-measured';
  readonly because: string;
}

const notMeasured = (because: string): NotMeasured => ({ status: 'not-measured', because });

/** Never rejects for what happens to its processes. */
async function measureCeiling(cell: Cell, arm: Arm, options: CeilingsOptions): Promise<Found> {
  const obstacle = mirrorObstacle(arm.variant);
  if (obstacle !== undefined) return notMeasured(obstacle);
  try {
    const windows = (await againstMirror(cell, arm, options)).map(ceilingOf);
    return windows.reduce(faster);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return notMeasured(`it failed: ${error.message}`);
  }
}

/** One that failed stands for all. */
function faster(one: Found, other: Found): Found {
  if (one.status === 'not-measured') return one;
  return other.status === 'not-measured' || other.perSec > one.perSec ? other : one;
}

/** Window after window. */
async function againstMirror(cell: Cell, arm: Arm, options: CeilingsOptions): Promise<readonly Measurement[]> {
  const { plan, clock, hiccups, loadTransport, readyTimeoutNs, placement, signal } = options;
  const transport = await loadTransport(arm.variant.transport);
  const { seed } = plan;
  const start = { arm, transport, clock, seed, readyTimeoutNs, placement, drivers: plan.drivers, isMirrored: true };
  const processes = await startProcesses(start);
  const onAbort = (): void => void processes.end();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const clockCheck = await checkClocks(processes, clock);
    const context = {
      processes,
      clock,
      clockCheck,
      hiccups,
      seed,
      pacingOf: (scenario: Cell['scenario']) => pacingOf(plan, scenario),
    };
    await warmUpProcesses(processWarmup(PROCESS_WARMUP, undefined, plan.drivers), context);
    const mirrored = { ...cell, scenario: { ...cell.scenario, warmup: WARMUP, window: WINDOW } };
    const windows: Measurement[] = [];
    while (windows.length < WINDOWS) windows.push(await measureCell(mirrored, context));
    return windows;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await processes.end();
  }
}

/** The endpoint behind the mirror has seen next to nothing, so its books do not balance; what the driver saw must be right. */
function ceilingOf(measurement: Measurement): Found {
  const { calls, elapsedNs, endpoint, driver } = measurement;
  const doubts = measurement.doubts.filter(({ kind }) => kind !== 'books-do-not-balance');
  const failed = calls.due - calls.ok;
  if (failed > 0) return notMeasured(`${failed} calls to the mirror failed`);
  const against = doubts.find(disqualifies);
  if (against !== undefined) return notMeasured(`against the mirror there were doubts: ${against.kind}`);
  const perSec = rateOf(calls.ok, elapsedNs);
  if (perSec === undefined) return notMeasured('nothing was called');
  return {
    status: 'measured',
    perSec,
    mirrorBusy: endpoint !== null && 'utilisation' in endpoint ? endpoint.utilisation : null,
    driverBusy: driver.utilisation,
  };
}
