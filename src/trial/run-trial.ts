/** One trial, start to finish: fresh processes, one clock, every cell in the trial's order. */
import type { ChildHome } from '../child/child.ts';
import type { Clock } from '../measure/clock.ts';
import type { HiccupMeter } from '../measure/hiccup-meter.ts';
import type { ClockCheck, Measurement, RelayCheck, TrialHead, TrialResult } from '../result/record.ts';
import { pacingOf } from '../scenario/pacing.ts';
import type { Arm, Plan, PlannedTrial } from '../scenario/plan.ts';
import { derivedSeed, seededRandom } from '../scenario/random.ts';
import type { Cell, Extent, Scenario, Step } from '../scenario/scenario.ts';
import { type TargetSpec, redact, secretsOf } from '../target/spec.ts';
import type { Transport } from '../transports/contract.ts';
import { type Nanoseconds, bytes, nanoseconds, seconds } from '../units.ts';
import { checkClocks } from './clock-handshake.ts';
import { type CellContext, measureCell, warmUpProcesses } from './measure-cell.ts';
import type { Placement } from './placement.ts';
import { startProcesses } from './processes.ts';
import { startTargetProcesses } from './target-processes.ts';

export interface TrialContext {
  readonly plan: Plan;
  /** 1 and more where the block is measured again. */
  readonly attempt?: number;
  readonly clock: Clock;
  readonly hiccups: HiccupMeter;
  readonly readyTimeoutNs: Nanoseconds;
  readonly placement: Placement;
  readonly loadTransport: (name: string) => Promise<Transport>;
  /** The interrupt: the trial in hand is given up. */
  readonly signal: AbortSignal;
  readonly onCell: (trial: PlannedTrial, cell: Cell) => void;
  /** Calls a second that the arm's driver can make in the cell; `undefined` where that was not measured. */
  readonly ceilingOf?: ((armId: string, cellId: string) => number | undefined) | undefined;
  /** Somebody else's servers, by arm. What is secret in them stays in here: the plan does not hold it. */
  readonly targets: ReadonlyMap<string, TargetSpec>;
  /** Folders of the builds of this tool whose endpoints are measured, by the build's name. */
  readonly buildRoots?: ReadonlyMap<string, string> | undefined;
}

/** The trial was given up because the command is going away. Its measurements are dropped. */
export class TrialInterrupted extends Error {
  override readonly name = 'TrialInterrupted';
}

/** Never rejects for what happens to the processes: a trial that failed is a result. Rejects with `TrialInterrupted` on the signal. */
export async function runTrial(trial: PlannedTrial, arm: Arm, context: TrialContext): Promise<TrialResult> {
  const { attempt = 0 } = context;
  const again = attempt === 0 ? {} : { attempt };
  const head: TrialHead = { index: trial.index, block: trial.block, armId: trial.armId, ...again };
  const measurements: Measurement[] = [];
  const target = context.targets.get(arm.id);
  const secrets = target === undefined ? [] : secretsOf(target);
  const hide = (text: string): string => redact(text, secrets);
  const withoutSecrets = (measurement: Measurement): Measurement => withHidden(measurement, hide);
  try {
    const checks = await throughCells(trial, arm, context, measurements);
    return { ...head, status: 'completed', ...checks, measurements: measurements.map(withoutSecrets) };
  } catch (error) {
    if (context.signal.aborted) throw new TrialInterrupted('the trial was interrupted');
    if (!(error instanceof Error)) throw error;
    return { ...head, status: 'failed', error: hide(error.message), measurements: measurements.map(withoutSecrets) };
  }
}

/** What a server answers may repeat what it was sent. */
const withHidden = (measurement: Measurement, hide: (text: string) => string): Measurement => ({
  ...measurement,
  calls: { ...measurement.calls, errors: measurement.calls.errors.map(hide) },
  doubts: measurement.doubts.map((doubt) => {
    if ('detail' in doubt) return { ...doubt, detail: hide(doubt.detail) };
    return 'example' in doubt ? { ...doubt, example: hide(doubt.example) } : doubt;
  }),
});

/** What was found out about the instruments before the first cell. */
interface Checks {
  readonly clock: ClockCheck;
  readonly relay?: RelayCheck | undefined;
}

async function throughCells(
  trial: PlannedTrial,
  arm: Arm,
  context: TrialContext,
  measurements: Measurement[],
): Promise<Checks> {
  const transport = await context.loadTransport(arm.variant.transport);
  const { seed } = trial;
  const { readyTimeoutNs, placement, plan, targets } = context;
  const target = targets.get(arm.id);
  const start = {
    arm,
    transport,
    clock: context.clock,
    seed,
    readyTimeoutNs,
    placement,
    coldServerCalls: plan.processWarmup.calls,
    drivers: plan.drivers,
    endpointHome: homeOf(arm, trial, context),
  };
  const processes = await (target === undefined
    ? startProcesses(start)
    : startTargetProcesses(start, target, context.signal));
  const onAbort = (): void => void processes.end();
  context.signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (context.signal.aborted) throw new TrialInterrupted('the trial was interrupted');
    const clock = await checkClocks(processes, context.clock);
    const warming: CellContext = {
      processes,
      clock: context.clock,
      clockCheck: clock,
      hiccups: context.hiccups,
      seed,
      pacingOf: (scenario) => pacingOf(plan, scenario),
      ceilingOf: (cellId) => context.ceilingOf?.(arm.id, cellId),
    };
    const step = target === undefined ? echoStep : FOREIGN_STEP;
    await warmUpProcesses(processWarmup(plan.processWarmup, step, plan.drivers), warming);
    // Two thousand calls over a wide network would take minutes, and compile nothing more.
    await processes.relay?.delay();
    const relay = await processes.relay?.check();
    const cellContext: CellContext = { ...warming, relayCheck: relay };
    for (const cell of cellsInOrder(trial, plan)) {
      context.onCell(trial, cell);
      measurements.push(await measureCell(cell, cellContext));
    }
    return relay === undefined ? { clock } : { clock, relay };
  } finally {
    context.signal.removeEventListener('abort', onAbort);
    await processes.end();
  }
}

/** The size of an environment decides where a program's stack begins: drawn anew for each trial, it cannot favour a build. */
const MOST_PAD_BYTES = 4_096;

/** Of a build's process; processes of this program's own code are left as they are. */
function homeOf({ id, build }: Arm, { seed }: PlannedTrial, { buildRoots }: TrialContext): ChildHome | undefined {
  if (build === undefined) return undefined;
  const padBytes = seededRandom(derivedSeed(seed, `pad ${id}`)).integer(MOST_PAD_BYTES + 1);
  return { root: buildRoots?.get(build), padBytes };
}

function cellsInOrder(trial: PlannedTrial, plan: Plan): Cell[] {
  return trial.cellIds.flatMap((id) => plan.cells.filter((cell) => cell.id === id));
}

/** Small calls, one at a time at every driver, until the code that all scenarios share has been compiled. */
export function processWarmup(each: Extent, step: Step = echoStep, drivers = 1): Scenario {
  const extent = { ...each, calls: each.calls === undefined ? undefined : each.calls * drivers };
  return {
    name: 'process-warmup',
    title: 'Process warm-up',
    shows: '',
    clients: drivers,
    scripts: [{ name: 'call', weight: 1, steps: [step] }],
    load: { kind: 'closed', thinkNs: nanoseconds(0) },
    publish: [],
    warmup: extent,
    window: extent,
    timeoutNs: seconds(5),
    stall: undefined,
  };
}

const FOREIGN_STEP: Step = { kind: 'foreign-call' };

const echoStep = {
  kind: 'call',
  tool: 'echo',
  argument: { kind: 'filler', bytes: bytes(128) },
  answerBytes: bytes(128),
  delayNs: nanoseconds(0),
  progressSteps: 0,
  misbehaviour: undefined,
} as const;
