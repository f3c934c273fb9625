/** `doctor`: whether this machine can measure, and with `--calibrate` how finely. */
import { randomInt } from 'node:crypto';
import { type Check, worstOf } from '../doctor/check.ts';
import { doctorJson } from '../doctor/doctor-json.ts';
import { type Equals, type Precision, isAsItMust, isReportOnly, precisionsOf, untoldOf } from '../doctor/precision.ts';
import { processorChecks } from '../doctor/processor-checks.ts';
import { roomChecks } from '../doctor/room-checks.ts';
import { watchChecks } from '../doctor/watch-checks.ts';
import { watchCores } from '../doctor/watch-cores.ts';
import { type Clock, monotonicClock } from '../measure/clock.ts';
import { expandCells } from '../scenario/cells.ts';
import { loadScenario } from '../scenario/load-scenario.ts';
import { type Plan, planTrials } from '../scenario/plan.ts';
import { quote } from '../scenario/wording.ts';
import { loadTransport } from '../transports/discover.ts';
import { choosePlacement } from '../trial/placement.ts';
import { runPlan } from '../trial/run-plan.ts';
import { wakefulnessObstacle } from '../trial/wakefulness.ts';
import { seconds, toSeconds } from '../units.ts';
import { chooseArms } from './arms.ts';
import { checksText, precisionsText } from './doctor-text.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { wholeNumber } from './options.ts';
import { progressOn } from './progress.ts';
import { gateOfReruns, rerunsOf } from './reruns.ts';
import { warmupOf } from './run.ts';
import { type Signals, onSignals } from './signals.ts';
import { whatFailed } from './what-failed.ts';

interface DoctorFlags {
  readonly calibrate: boolean;
  readonly pairs: number;
  readonly quick: boolean;
  readonly format: 'table' | 'json';
}

/** With the start of its processes the whole of it takes ten seconds. */
const WATCH_NS = seconds(7);
const USUAL_PAIRS = 10;
/** Below six there is no interval of 95 %. */
const LEAST_PAIRS = 6;
const MOST_PAIRS = 200;
/** What a gate measures where nobody says otherwise. */
const SCENARIO = 'tool-calls';
const CALIBRATED = ['websocket', 'sse'] as const;
const READY_TIMEOUT_NS = seconds(10);
const SEEDS = 1_000_000;

export async function doctorCommand(options: Record<string, unknown>, version: string): Promise<ExitCode> {
  const flags = readFlags(options);
  const signals = onSignals();
  try {
    const checks = await examine(monotonicClock(), signals);
    const isHopeless = worstOf(checks) === 'cannot';
    if (flags.format === 'table') process.stdout.write(checksText(checks));
    const precisions = flags.calibrate && !isHopeless ? await calibrate(flags, version, signals) : undefined;
    if (flags.format === 'json') process.stdout.write(doctorJson(checks, precisions));
    else if (precisions !== undefined) process.stdout.write(`\n${precisionsText(precisions, CALIBRATED)}`);
    return signals.exitCode() ?? exitOf(checks, precisions);
  } catch (error) {
    const interrupted = signals.exitCode();
    if (interrupted !== undefined) return interrupted;
    throw error;
  } finally {
    signals.stop();
  }
}

function readFlags({ calibrate, pairs, quick, format = 'table' }: Record<string, unknown>): DoctorFlags {
  if (calibrate !== true && (pairs !== undefined || quick === true))
    throw new UsageError(
      `${pairs === undefined ? '--quick' : '--pairs'}: got a word about the calibration without --calibrate; add it, or leave this out`,
    );
  if (format !== 'table' && format !== 'json')
    throw new UsageError(`--format: got ${quote(String(format))}, expected table or json`);
  return {
    calibrate: calibrate === true,
    pairs: typeof pairs === 'string' ? wholeNumber('--pairs', pairs, LEAST_PAIRS, MOST_PAIRS) : USUAL_PAIRS,
    quick: quick === true,
    format,
  };
}

async function examine(clock: Clock, { signal }: Signals): Promise<readonly Check[]> {
  const room = roomChecks({ root: '/', path: process.env['PATH'] ?? '', nodeVersion: process.versions.node });
  const still = [...room, ...processorChecks('/', choosePlacement())];
  process.stderr.write(`watching the cores for ${toSeconds(WATCH_NS)} s …\n`);
  const watched = await watchCores({ clock, durationNs: WATCH_NS, seed: randomInt(SEEDS), signal });
  return [...still, ...watchChecks(watched)];
}

/** The ordinary run of a gate's scenario, with every arm twice. `undefined` when nothing came of it that could be shown. */
async function calibrate(
  { pairs, quick }: DoctorFlags,
  version: string,
  signals: Signals,
): Promise<readonly Precision[] | undefined> {
  const { plan, equals } = await planEquals(pairs, quick);
  const clock = monotonicClock();
  const beganNs = clock.now();
  const progress = progressOn(process.stderr, plan, () => toSeconds(clock.now()) - toSeconds(beganNs));
  try {
    const record = await runPlan({
      plan,
      version,
      asked: [],
      unsupported: [],
      clock,
      loadTransport,
      readyTimeoutNs: READY_TIMEOUT_NS,
      signal: signals.signal,
      timestamp: () => new Date().toISOString(),
      progress,
      save: () => undefined,
    });
    for (const line of signals.signal.aborted ? [] : whatFailed(record)) process.stderr.write(`${line}\n`);
    return precisionsOf(record, equals);
  } finally {
    progress.end();
  }
}

async function planEquals(pairs: number, quick: boolean): Promise<{ plan: Plan; equals: readonly Equals[] }> {
  const file = loadScenario(SCENARIO);
  if (file.kind !== 'workload') throw new Error(`${SCENARIO} is a study, and has no pairs`);
  const cells = expandCells(file, { quick, overrides: {} });
  const words = CALIBRATED.flatMap((transport) => [transport, transport]).map((transport) => ({ transport, axes: {} }));
  const { arms } = await chooseArms({ arms: words, axes: {}, cells });
  const equals = CALIBRATED.map((transport): Equals => {
    const [arm, twin] = arms.filter(({ variant }) => variant.transport === transport);
    if (arm === undefined || twin === undefined) throw new Error(`${transport} did not become two arms`);
    return { armId: arm.id, twinId: twin.id };
  });
  // As a gate of builds measures.
  const awake = wakefulnessObstacle(choosePlacement()) === undefined;
  const gate = gateOfReruns(rerunsOf(undefined, pairs, true));
  const plan = planTrials({
    seed: randomInt(SEEDS),
    quick,
    blocks: pairs,
    processWarmup: warmupOf({ quick }, false),
    arms,
    cells,
    ...(gate === undefined ? {} : { gate }),
    ...(awake ? { awake } : {}),
  });
  return { plan, equals };
}

/** Times that should decide nothing, or a difference that would go unseen, leave a gate undecided. */
function exitOf(checks: readonly Check[], precisions: readonly Precision[] | undefined): ExitCode {
  const worst = worstOf(checks);
  if (worst === 'cannot' || precisions?.length === 0) return EXIT.runFailed;
  const isFine =
    precisions === undefined ||
    (precisions.every((one) => isAsItMust(one) && !isReportOnly(one)) && untoldOf(precisions, CALIBRATED).length === 0);
  return worst === 'doubt' || !isFine ? EXIT.inconclusive : EXIT.pass;
}
