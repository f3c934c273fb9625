/** Runs a plan: probes the arms, then trial after trial, and saves after every one. */
import type { Clock } from '../measure/clock.ts';
import { HiccupMeter } from '../measure/hiccup-meter.ts';
import type { Findings } from '../result/findings.ts';
import type { StudyResult } from '../result/study.ts';
import { isWhole } from '../result/attempts.ts';
import {
  type ArmFacts,
  type Ceiling,
  type Matching,
  RECORD_SCHEMA,
  type RunRecord,
  SCHEMA_VERSION,
  type TrialResult,
} from '../result/record.ts';
import type { Pacing } from '../scenario/pacing.ts';
import type { PlacementChoice } from '../scenario/placement-choice.ts';
import type { Arm, Plan, PlannedTrial } from '../scenario/plan.ts';
import type { Cell } from '../scenario/scenario.ts';
import type { PlannedStep, PlannedStudy } from '../scenario/study.ts';
import type { Transport } from '../transports/contract.ts';
import type { TargetSpec } from '../target/spec.ts';
import type { Nanoseconds } from '../units.ts';
import { measureCeilings } from './ceilings.ts';
import { Controls } from './controls.ts';
import { type Disturbance, blocksOf, runBlock } from './blocks.ts';
import { describeEnvironment } from './environment.ts';
import { watchLooks } from './looks.ts';
import { matchArms } from './matching.ts';
import { type Placement, choosePlacement, placementWords } from './placement.ts';
import { probeArm } from './probe-arms.ts';
import { TrialInterrupted, runTrial } from './run-trial.ts';
import { keepAwake, type Wakefulness } from './wakefulness.ts';

export interface RunOptions {
  readonly plan: Plan;
  readonly version: string;
  readonly asked: readonly string[];
  readonly unsupported: RunRecord['unsupported'];
  readonly clock: Clock;
  readonly loadTransport: (name: string) => Promise<Transport>;
  readonly readyTimeoutNs: Nanoseconds;
  /** Somebody else's servers, by arm; the other arms are the tool's own. */
  readonly targets?: ReadonlyMap<string, TargetSpec>;
  /** Folders of the builds of this tool whose endpoints are measured, by the build's name. */
  readonly buildRoots?: ReadonlyMap<string, string> | undefined;
  /** Whether the verdict of a run that compares builds stands already; absent: all of its blocks are measured. */
  readonly decide?: ((record: RunRecord) => boolean) | undefined;
  /** Path of the browser that studies are to use; one of those that are installed without it. */
  readonly browser?: string | undefined;
  /** Whether the control workload is measured before every block. */
  readonly control?: boolean;
  /** Carries out the studies of the plan; absent where it holds none. */
  readonly runStudies?: ((options: StudiesOptions) => Promise<readonly StudyResult[]>) | undefined;
  readonly signal: AbortSignal;
  /** Wall-clock time as ISO 8601, for the record's dates only. */
  readonly timestamp: () => string;
  readonly progress: Progress;
  /** What the record comes to, asked once, of the whole of it; absent where nobody wants to know. */
  readonly conclude?: ((record: RunRecord) => Findings) | undefined;
  /** Called after the probe, after every trial, and at the end. */
  readonly save: (record: RunRecord) => void;
}

/** What the studies of a plan are carried out with. */
export interface StudiesOptions {
  readonly studies: readonly PlannedStudy[];
  readonly clock: Clock;
  readonly readyTimeoutNs: Nanoseconds;
  /** Path of the browser that was asked for. */
  readonly browser?: string | undefined;
  /** Where processes were asked to run; absent where nobody asked. */
  readonly placement?: PlacementChoice | undefined;
  /** By what calendars are kept. */
  readonly pacing?: Pacing | undefined;
  /** The interrupt: the step in hand is given up. */
  readonly signal: AbortSignal;
  readonly onStep: (study: PlannedStudy, step: PlannedStep) => void;
  /** Everything so far, after every step. */
  readonly onResults: (results: readonly StudyResult[]) => void;
}

export interface Progress {
  readonly onProbe: (arm: Arm) => void;
  readonly onCell: (trial: PlannedTrial, cell: Cell) => void;
  readonly onTrial: (trial: PlannedTrial, result: TrialResult) => void;
  readonly onAgain: (disturbance: Disturbance) => void;
  readonly onStep: (study: PlannedStudy, step: PlannedStep) => void;
}

/** The arms cannot be compared: something beside the transport differs. */
class MismatchError extends Error {
  override readonly name = 'MismatchError';
}

/** An arm could not be reached even once. */
class ProbeError extends Error {
  override readonly name = 'ProbeError';
}

/** Rejects with `ProbeError` or `MismatchError` before anything is measured; afterwards the record says what happened. */
export async function runPlan(options: RunOptions): Promise<RunRecord> {
  const { plan, save, signal } = options;
  const placement = choosePlacement(plan.placement);
  // Without a trial there are no arms that could differ.
  const matching = plan.trials.length === 0 ? NOTHING_MATCHED : await probeAll(options, placement);
  let record = emptyRecord(options, matching, placement);
  const keep = (news: Partial<RunRecord>): void => {
    record = { ...record, ...news };
    save(record);
  };
  const onControls = (all: RunRecord['controls']): void => keep({ controls: all });
  keep({});
  const controls = options.control === true ? new Controls({ placement, signal, onControls }) : undefined;
  const awake = plan.awake === true ? await keepAwake(placement, plan.drivers) : undefined;
  try {
    // Under the same conditions as the trials, whose share of them is said.
    const ceilings = await findCeilings(options, placement);
    if (ceilings !== undefined) keep({ ceilings });
    await runTrials({ ...options, placement, controls, awake, ceilingOf: ceilingIn(ceilings ?? []) }, (news) => {
      keep(news);
      return record;
    });
  } finally {
    await awake?.end();
  }
  await options.runStudies?.({
    ...options,
    studies: plan.studies,
    placement: plan.placement,
    pacing: plan.pacing,
    onStep: options.progress.onStep,
    onResults: (studies) => keep({ studies }),
  });
  const ended: RunRecord = {
    ...record,
    status: isComplete(record) ? 'complete' : signal.aborted ? 'partial' : 'failed',
    finishedAt: options.timestamp(),
  };
  keep(options.conclude === undefined ? ended : { ...ended, findings: options.conclude(ended) });
  return record;
}

/** `undefined` where the plan does not want them. Somebody else's server has nobody to learn its answers from. */
async function findCeilings(options: RunOptions, placement: Placement): Promise<readonly Ceiling[] | undefined> {
  if (options.plan.ceiling !== true) return undefined;
  const hiccups = new HiccupMeter(options.clock);
  hiccups.start();
  try {
    return await measureCeilings({ ...options, placement, hiccups });
  } finally {
    hiccups.stop();
  }
}

const ceilingIn =
  (ceilings: readonly Ceiling[]) =>
  (armId: string, cellId: string): number | undefined => {
    const found = ceilings.find((one) => one.armId === armId && one.cellId === cellId);
    return found?.status === 'measured' ? found.perSec : undefined;
  };

const NOTHING_MATCHED: Matching = { checks: [], unmatched: [], facts: [] };

/** Everything that was planned was done, whatever came of it. */
const isComplete = ({ plan, trials, stopped, studies }: RunRecord): boolean =>
  isWhole({ plan, trials, stopped }) &&
  plan.studies.every(({ name, steps }) => studies.find((study) => study.name === name)?.steps.length === steps.length);

/** `keep` answers the record as it then is. */
async function runTrials(
  options: Omit<TrialOptions, 'hiccups' | 'attempt'>,
  keep: (news: Pick<RunRecord, 'trials' | 'stopped'>) => RunRecord,
): Promise<void> {
  const { plan, progress, signal } = options;
  const trials: TrialResult[] = [];
  const hiccups = new HiccupMeter(options.clock);
  hiccups.start();
  const isOver = (): boolean => signal.aborted || nothingWorks(plan, trials);
  const measure = async (trial: PlannedTrial, attempt: number): Promise<TrialResult | undefined> => {
    const result = await runOne(trial, { ...options, hiccups, attempt });
    if (result === undefined) return undefined;
    trials.push(result);
    progress.onTrial(trial, result);
    keep({ trials: [...trials] });
    return result;
  };
  const looks = watchLooks(options);
  try {
    let reruns = plan.gate?.reruns ?? 0;
    for (const block of blocksOf(plan.trials)) {
      const late = looks.before();
      if (late !== undefined) return void keep({ trials: [...trials], stopped: late });
      const outcome = await runBlock(block, { measure, isOver, reruns, onAgain: progress.onAgain });
      if (!outcome.whole) return;
      reruns -= outcome.reruns;
      const stopped = looks.after(keep({ trials: [...trials] }));
      if (stopped !== undefined) return void keep({ trials: [...trials], stopped });
    }
  } finally {
    hiccups.stop();
  }
}

const NO_TARGETS: ReadonlyMap<string, TargetSpec> = new Map();

type TrialOptions = RunOptions & {
  readonly hiccups: HiccupMeter;
  readonly placement: Placement;
  readonly controls: Controls | undefined;
  readonly awake: Wakefulness | undefined;
  readonly attempt: number;
  readonly ceilingOf: (armId: string, cellId: string) => number | undefined;
};

async function runOne(trial: PlannedTrial, options: TrialOptions): Promise<TrialResult | undefined> {
  const { plan, progress } = options;
  const arm = plan.arms.find(({ id }) => id === trial.armId);
  if (arm === undefined) throw new Error(`trial ${trial.index} names an arm that the plan does not hold`);
  await options.controls?.before(trial.block, options.attempt);
  try {
    const result = await runTrial(trial, arm, { targets: NO_TARGETS, ...options, onCell: progress.onCell });
    const asleep = options.awake?.lostBecause();
    return asleep === undefined ? result : asFailed(result, asleep);
  } catch (error) {
    if (error instanceof TrialInterrupted) return undefined;
    throw error;
  }
}

/** The same trial where it turns out that it was not measured as planned: none of its numbers may go into any other. */
const asFailed = ({ index, block, attempt, armId }: TrialResult, error: string): TrialResult => ({
  index,
  block,
  ...(attempt === undefined ? {} : { attempt }),
  armId,
  status: 'failed',
  error,
  measurements: [],
});

/** Every arm has failed once and none has worked: the rest of the plan would only take time. */
const nothingWorks = (plan: Plan, trials: readonly TrialResult[]): boolean =>
  trials.length >= plan.arms.length && trials.every((trial) => trial.status === 'failed');

async function probeAll(options: RunOptions, placement: Placement): Promise<Matching> {
  const { plan, clock, readyTimeoutNs, signal, progress } = options;
  const facts: ArmFacts[] = [];
  // What the probe looks at are the tool's own endpoints: of somebody else's server nothing is known to be matched.
  for (const arm of plan.arms.filter(({ id }) => options.targets?.has(id) !== true)) {
    progress.onProbe(arm);
    const transport = await options.loadTransport(arm.variant.transport);
    try {
      const root = arm.build === undefined ? undefined : options.buildRoots?.get(arm.build);
      const endpointHome = root === undefined ? undefined : { root };
      const probe = { arm, transport, clock, seed: plan.seed, readyTimeoutNs, placement, endpointHome, signal };
      facts.push(await probeArm(probe));
    } catch (error) {
      throw new ProbeError(`${arm.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const matching = matchArms(facts, plan.arms);
  const mismatched = matching.checks.filter((check) => check.status === 'mismatched');
  if (mismatched.length > 0) {
    throw new MismatchError(mismatched.map(({ rule, seen }) => `${rule}: ${seen}`).join('\n'));
  }
  return matching;
}

function emptyRecord(options: RunOptions, matching: Matching, placement: Placement): RunRecord {
  return {
    schema: RECORD_SCHEMA,
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'mcp-transport-bench', version: options.version },
    startedAt: options.timestamp(),
    finishedAt: null,
    status: 'running',
    asked: options.asked,
    environment: describeEnvironment(placementWords(placement, options.plan), options.plan.arms),
    plan: options.plan,
    unsupported: options.unsupported,
    matching,
    trials: [],
    studies: [],
  };
}
