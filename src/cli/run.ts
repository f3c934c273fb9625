/** `run`: from words on a command line to a plan, a record and a table. */
import { randomInt } from 'node:crypto';
import { statSync } from 'node:fs';
import { isDecided } from '../gate/judge.ts';
import { monotonicClock } from '../measure/clock.ts';
import { loadFormat } from '../report/discover.ts';
import { reportOf } from '../report/report-of.ts';
import { serialiseRecord } from '../result/codec.ts';
import type { GateVerdict } from '../result/findings.ts';
import type { RunRecord } from '../result/record.ts';
import { checkWritable, resolveOutput, saveRecord } from '../result/save.ts';
import { planPairs } from '../scenario/plan-pairs.ts';
import { type Plan, type PlanOptions, planTrials } from '../scenario/plan.ts';
import type { Cell, Extent } from '../scenario/scenario.ts';
import { type OverNetworks, overNetworksOf } from '../scenario/suite.ts';
import { runStudies } from '../studies/run-studies.ts';
import { loadTransport, transportNames } from '../transports/discover.ts';
import { runPlan } from '../trial/run-plan.ts';
import { milliseconds, seconds, toSeconds } from '../units.ts';
import { type ArmChoice, type ChosenArms, chooseArms } from './arms.ts';
import { type BuiltArms, chooseBuiltTargets, chooseOwnBuilds } from './build-arms.ts';
import { type BuildFlags, readBuildFlags } from './build-flags.ts';
import { EXIT, type ExitCode, RunFailure, UsageError } from './exit-code.ts';
import { type GateFlags, readGateFlags } from './gate-flags.ts';
import { concludeGate } from './gate-lines.ts';
import { planGate } from './gate-plan.ts';
import { askedWords } from './asked.ts';
import { baselinePath, keepBaseline } from './baseline-file.ts';
import { conditionsOf, wantsCeiling } from './conditions.ts';
import { refuseToDivide } from './drivers.ts';
import { concludeFrom } from './findings.ts';
import { type RunFlags, readRunFlags } from './options.ts';
import { checkOutputs, type Output, readOutputs, writeOutputs } from './output.ts';
import { leftOut, widenArms } from './over-networks.ts';
import { progressOn } from './progress.ts';
import { type ChosenScenarios, chooseScenarios } from './scenarios.ts';
import { onSignals } from './signals.ts';
import { appendStepSummary } from './step-summary.ts';
import { planStudies } from './studies.ts';
import { type TargetFlags, readTargetFlags, targetWords } from './target-flags.ts';
import { type ChosenTargets, chooseTargets, refuseStrangers } from './targets.ts';
import { isAwake } from './wakefulness.ts';
import { whatFailed } from './what-failed.ts';

/** The process's warm-up: enough for the shared code to be compiled, in each plan's measure. */
const PROCESS_WARMUP: Extent = { timeNs: seconds(1), calls: 2_000 };
const QUICK_PROCESS_WARMUP: Extent = { timeNs: milliseconds(150), calls: 200 };
/** Of somebody else's server no number of calls is waited for: nobody knows how long one takes. */
const FOREIGN_PROCESS_WARMUP: Extent = { timeNs: seconds(1), calls: undefined };
const QUICK_FOREIGN_PROCESS_WARMUP: Extent = { timeNs: milliseconds(300), calls: undefined };

export async function runCommand(
  names: readonly string[],
  options: Record<string, unknown>,
  version: string,
  isGiven: (option: string) => boolean,
): Promise<ExitCode> {
  const flags = readRunFlags(options, transportNames());
  const targets = readTargetFlags({
    options,
    transportNames: transportNames(),
    isGiven,
    protocol: flags.axes.protocol,
    env: process.env,
  });
  const builds = readBuildFlags(options, isGiven);
  const gateFlags = readGateFlags(options);
  const outputs = await readOutputs(flags);
  const scenarios = builds === undefined ? names : scenariosOfBuilds(names, flags);
  const { cells, studies: drafts, thresholds: files } = chooseScenarios(scenarios, flags, targets !== undefined);
  const [study] = drafts;
  if (builds !== undefined && study !== undefined)
    throw new UsageError(
      `--arm: "${study.name}" is a study, which has a procedure of its own; name a workload, such as tool-calls`,
    );
  const wider = isGiven('transport') || isGiven('network') ? undefined : overNetworksOf(names);
  const startedAt = new Date();
  const path = resolveOutput(flags.output, startedAt, nameOf(scenarios));
  // Making builds ready may take minutes, and is not begun for a run that could not be kept.
  if (builds !== undefined) checkPaths({ path, outputs, gateFlags });
  const chosen =
    targets === undefined
      ? await chooseOwn({ ...flags, arms: widenArms(flags.arms, wider), cells }, builds)
      : await chooseForeign({ targets, cells, flags, builds });
  try {
    return await planAndRun({
      names: scenarios,
      options,
      version,
      isGiven,
      flags,
      gateFlags,
      targets,
      outputs,
      cells,
      drafts,
      files,
      wider,
      path,
      chosen,
    });
  } finally {
    await chosen.prepared?.end();
  }
}

/** Said aloud: what is measured where nobody says otherwise, and what `--quick` does not weaken. */
function scenariosOfBuilds(names: readonly string[], { quick }: RunFlags): readonly string[] {
  if (quick)
    say(
      '--quick: the looks and their rate of false alarms stay; windows are shorter, so that only larger changes are seen',
    );
  if (names.length > 0) return names;
  say(`no scenario is named: ${BUILD_SCENARIO} is measured`);
  return [BUILD_SCENARIO];
}

/** Of two builds: the smallest workload there is, whose numbers are the surest. */
const BUILD_SCENARIO = 'tool-calls';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function checkPaths({ path, outputs, gateFlags }: Pick<Asked, 'path' | 'outputs' | 'gateFlags'>): void {
  checkWritable(path);
  checkOutputs(outputs);
  if (gateFlags.saveBaseline !== undefined) checkWritable(baselinePath(gateFlags.saveBaseline));
}

interface Asked {
  readonly names: readonly string[];
  readonly options: Record<string, unknown>;
  readonly version: string;
  readonly isGiven: (option: string) => boolean;
  readonly flags: RunFlags;
  readonly gateFlags: GateFlags;
  readonly targets: TargetFlags | undefined;
  readonly outputs: readonly Output[];
  readonly cells: readonly Cell[];
  readonly drafts: ChosenScenarios['studies'];
  readonly files: ChosenScenarios['thresholds'];
  readonly wider: OverNetworks | undefined;
  readonly path: string;
  readonly chosen: Chosen;
}

async function planAndRun(asked: Asked): Promise<ExitCode> {
  const { names, options, version, isGiven, flags, gateFlags, targets, outputs, path, chosen } = asked;
  const { cells, drafts, files, wider } = asked;
  const { repliesOneWay } = chosen;
  if (repliesOneWay.length > 0)
    process.stderr.write(`--reply does not concern ${repliesOneWay.join(', ')}: there is no choice of reply\n`);
  if (chosen.arms.length === 0) {
    throw new RunFailure(chosen.unsupported.map(({ armId, reason }) => `${armId}: unsupported: ${reason}`).join('\n'));
  }
  const seed = flags.seed ?? randomInt(1_000_000);
  const { studies, unsupported } = await planStudies(drafts, { seed, flags, isGiven, isAlone: cells.length === 0 });
  const impossible = [...chosen.unsupported, ...leftOut(chosen.arms, cells, wider)];
  const { plan: conditions, remarks: cautions } = conditionsOf(
    { ...flags, placementText: String(options['placement']) },
    { arms: [...chosen.arms, ...studies.flatMap(({ arms }) => arms)], cells },
  );
  const { drivers } = flags;
  if (drivers !== undefined) await refuseToDivide(drivers, { arms: chosen.arms, cells, hasStudies: drafts.length > 0 });
  const awake = cells.length > 0 && isAwake(options['awake'], chosen.gate !== undefined, conditions.placement, say);
  const isOwn = targets === undefined && chosen.prepared === undefined;
  const ceiling = wantsCeiling({ isAsked: flags.ceiling, names, cells, isOwn });
  const planned = makePlan(cells, { ...chosen, impossible }, flags, seed);
  const ungated = {
    ...planned,
    ...conditions,
    studies,
    ...(awake ? { awake } : {}),
    ...(ceiling ? { ceiling } : {}),
    ...(drivers === undefined ? {} : { drivers }),
  };
  const { reruns } = flags;
  const { plan, remarks } = planGate(ungated, { flags: gateFlags, files, version, pairs: chosen.gate, reruns });
  for (const remark of [...cautions, ...remarks]) say(remark);
  checkPaths({ path, outputs, gateFlags });
  // Whoever repeats the run keeps no baseline of it, but measures what this one did.
  const control = gateFlags.control && gateFlags.baseline === undefined;
  const words = [...askedWords(names, { ...options, control }), ...(targets === undefined ? [] : targetWords(targets))];
  return runAndShow({
    plan,
    chosen: { ...chosen, unsupported: [...chosen.unsupported, ...unsupported] },
    flags,
    gateFlags,
    outputs,
    path,
    version,
    asked: words,
  });
}

/** The arms, and what is secret of them, which stays beside the plan. */
type Chosen = ChosenArms & Partial<Pick<ChosenTargets, 'specs'>> & Partial<Pick<BuiltArms, 'gate' | 'prepared'>>;

async function chooseOwn(choice: ArmChoice & Pick<Asked, 'cells'>, builds: BuildFlags | undefined): Promise<Chosen> {
  const chosen = await chooseArms(choice);
  return builds === undefined ? chosen : chooseOwnBuilds(chosen, { flags: builds, cells: choice.cells, say });
}

interface ForeignChoice {
  readonly targets: TargetFlags;
  readonly cells: readonly Cell[];
  readonly flags: RunFlags;
  readonly builds: BuildFlags | undefined;
}

async function chooseForeign({ targets, cells, flags, builds }: ForeignChoice): Promise<Chosen> {
  const { readyTimeoutNs } = flags;
  const trials = builds?.gate.looks.at(-1) ?? flags.trials;
  await refuseStrangers(targets, { cells, trials, processWarmup: warmupOf(flags, true) }, say);
  if (builds !== undefined) return chooseBuiltTargets({ flags: builds, targets, cells, readyTimeoutNs, say });
  return { ...(await chooseTargets(targets, flags.readyTimeoutNs, say)), unsupported: [], repliesOneWay: [] };
}

/** What every fresh pair of processes does first, in the measure of the run. */
export function warmupOf({ quick }: Pick<RunFlags, 'quick'>, isForeign: boolean): Extent {
  if (isForeign) return quick ? QUICK_FOREIGN_PROCESS_WARMUP : FOREIGN_PROCESS_WARMUP;
  return quick ? QUICK_PROCESS_WARMUP : PROCESS_WARMUP;
}

const nameOf = (names: readonly string[]): string =>
  names.length === 0 ? 'article' : names.length === 1 ? (names[0] ?? '') : 'several';

type Planned = Pick<Chosen, 'arms' | 'specs' | 'gate' | 'prepared'> & Required<Pick<PlanOptions, 'impossible'>>;

function makePlan(
  cells: readonly Cell[],
  { arms, specs, impossible, gate: pairs, prepared }: Planned,
  flags: RunFlags,
  seed: number,
): Plan {
  const { quick } = flags;
  const options = { seed, quick, processWarmup: warmupOf(flags, specs !== undefined), arms, cells, impossible };
  if (pairs === undefined) return planTrials({ ...options, blocks: flags.trials });
  return planPairs({ ...options, looks: pairs.looks, builds: prepared?.builds });
}

interface RunRequest {
  readonly plan: Plan;
  readonly chosen: Chosen;
  readonly flags: RunFlags;
  readonly gateFlags: GateFlags;
  readonly outputs: readonly Output[];
  /** Of the record. */
  readonly path: string;
  readonly version: string;
  readonly asked: readonly string[];
}

async function runAndShow({
  plan,
  chosen,
  flags,
  gateFlags,
  outputs,
  path,
  version,
  asked,
}: RunRequest): Promise<ExitCode> {
  const pairs = plan.gate?.pairs;
  const clock = monotonicClock();
  const began = clock.now();
  const progress = progressOn(process.stderr, plan, () => toSeconds(clock.now()) - toSeconds(began));
  const signals = onSignals();
  let unsaved: Error | undefined;
  const save = (record: RunRecord): void => {
    // A pipe or a terminal gets the one whole record, not one for every trial.
    if (record.status === 'running' && !keepsOnlyTheLast(path)) return;
    try {
      saveRecord(path, serialiseRecord(record));
      unsaved = undefined;
    } catch (error) {
      // The run goes on: what it measures can still be shown, and the disk may have room again by the next trial.
      unsaved = error as Error;
    }
  };
  try {
    const record = await runPlan({
      plan,
      version,
      asked,
      unsupported: chosen.unsupported,
      targets: chosen.specs ?? new Map(),
      buildRoots: chosen.specs === undefined ? chosen.prepared?.folders : undefined,
      clock,
      loadTransport,
      runStudies,
      readyTimeoutNs: flags.readyTimeoutNs,
      browser: flags.browser,
      control: gateFlags.control,
      decide: (sofar) => pairs !== undefined && isDecided(sofar, pairs),
      signal: signals.signal,
      timestamp: () => new Date().toISOString(),
      progress,
      conclude: concludeFrom,
      save,
    });
    progress.end();
    const verdict = record.findings?.gate ?? null;
    process.stderr.write(unsaved === undefined ? `Record: ${path}\n` : `${unsaved.message}\n`);
    try {
      writeOutputs(record, outputs);
    } catch (error) {
      // What was asked for was writable before the run; that it no longer is, is a failure of the run.
      if (error instanceof Error && error.name === 'SaveError') unsaved = error;
      else throw error;
      process.stderr.write(`${error.message}\n`);
    }
    await appendStepSummary(() => pageOf(record), process.env, say);
    return exitOf({ record, verdict, gateFlags, interrupted: signals.exitCode(), unsaved });
  } catch (error) {
    progress.end();
    if (signals.signal.aborted) return signals.exitCode() ?? EXIT.interrupted;
    throw error;
  } finally {
    signals.stop();
  }
}

/** What a GitHub job shows of the run. */
const pageOf = async (record: RunRecord): Promise<string> => (await loadFormat('markdown')).render(reportOf(record));

/** Whether what is written later replaces what was written before: true for files, not for pipes and devices. */
function keepsOnlyTheLast(path: string): boolean {
  const existing = statSync(path, { throwIfNoEntry: false });
  return existing === undefined || existing.isFile();
}

interface Ended {
  readonly record: RunRecord;
  readonly verdict: GateVerdict | null;
  readonly gateFlags: GateFlags;
  /** The code of the signal that cut it off. */
  readonly interrupted: ExitCode | undefined;
  readonly unsaved: Error | undefined;
}

/** A run that failed says so whatever it was judged to be: what it did not measure was not judged. */
function exitOf({ record, verdict, gateFlags, interrupted, unsaved }: Ended): ExitCode {
  if (interrupted !== undefined) return interrupted;
  const judged = concludeGate(verdict, gateFlags.inconclusive);
  // Last, where whoever looks for the reason looks first.
  const failures = whatFailed(record);
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  const isWhole = failures.length === 0 && unsaved === undefined;
  const isKept = keepBaseline(record, gateFlags.saveBaseline, isWhole && verdict?.word !== 'fail');
  return isWhole && isKept ? judged : EXIT.runFailed;
}
