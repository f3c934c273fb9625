/** Where the time of a call goes: the same call through each client stack, beside the bare exchange of as many bytes and the handler without a wire. */
import { decodeHistogram } from '../../measure/histogram.ts';
import { HiccupMeter } from '../../measure/hiccup-meter.ts';
import { processorUs } from '../../measure/process-meter.ts';
import { pinProcess } from '../../child/pin.ts';
import type { Measurement } from '../../result/record.ts';
import type { StepOutcome } from '../../result/study.ts';
import type { StudyData } from '../../result/study-data.ts';
import { type Arm, planTrials } from '../../scenario/plan.ts';
import { USUAL_PLACEMENT } from '../../scenario/placement-choice.ts';
import type { Cell, Extent, Scenario } from '../../scenario/scenario.ts';
import type { ClientStack } from '../../scenario/variant.ts';
import { CLIENT_STACKS, defaultVariant } from '../../scenario/variant.ts';
import { SDK_PACKAGE, sdkIsInstalled } from '../../sdk/package.ts';
import { loadTransport } from '../../transports/discover.ts';
import { type Placement, choosePlacement, placementWords } from '../../trial/placement.ts';
import { runTrial } from '../../trial/run-trial.ts';
import { bytes, milliseconds, nanoseconds, seconds } from '../../units.ts';
import type { StepContext, Study } from '../contract.ts';
import { measureEcho } from './bare-echo.ts';

type Context = StepContext<'attribution'>;
type Data = StudyData['attribution'];

const CELL = 'where-the-time-goes';
const HANDLER = 'handler';
const ECHO = 'echo';
/** Beyond what the windows take: processes start and end. */
const SLACK_NS = seconds(60);
/** Enough for the code that all stacks share to be compiled; each stack's own warm-up follows. */
const PROCESS_WARMUP: Extent = { timeNs: milliseconds(200), calls: 1_000 };
/** What is enough to count the bytes of a call. */
const COUNTED: Extent = { timeNs: undefined, calls: 20 };

export const study: Study<'attribution'> = {
  name: 'attribution',
  placesItself: true,
  subjects: ({ arms }) => [
    { part: HANDLER },
    ...arms.flatMap(({ id }) => [ECHO, ...CLIENT_STACKS].map((part) => ({ arm: id, part }))),
    // What the cores themselves have to do with it: the first arm's bytes once more, with both ends on one core.
    ...arms.slice(0, 1).map(({ id }) => ({ arm: id, part: ECHO, placement: 'same' })),
  ],
  limitNs: ({ settings }) => nanoseconds(2 * (settings.warmup + settings.window) + SLACK_NS),
  measure: async ({ arm: id, part = '', placement: own }, context) => {
    const placement = choosePlacement(own === 'same' ? { kind: 'same' } : (context.placement ?? USUAL_PLACEMENT));
    if (own === 'same' && placement.kind === 'free')
      return {
        status: 'not-measured',
        because: placement.because,
        wouldAnswer: 'a system where processes can be pinned',
      };
    if (part === HANDLER) return measured(await throughHandler(context, placement));
    const arm = context.arms.find((one) => one.id === id);
    if (arm === undefined) throw new Error(`there is no arm ${id ?? ''} in this study`);
    const obstacle = await whyNotTakenApart(arm);
    if (obstacle !== undefined) return obstacle;
    return part === ECHO
      ? measured(await bareExchange(arm, context, placement))
      : throughStack(arm, part as ClientStack, context, placement);
  },
};

/** Without the lean client there is no floor to stand on: its bytes are those that the bare exchange sends. */
async function whyNotTakenApart({ variant }: Arm): Promise<StepOutcome<Data> | undefined> {
  const transport = await loadTransport(variant.transport);
  const support = transport.supports({ ...variant, client: 'lean' });
  const hasWire = transport.capabilities.has('wire');
  if (hasWire && support.supported) return undefined;
  return {
    status: 'not-measured',
    because: support.supported ? 'it has no wire, and so no floor' : support.reason,
    wouldAnswer: 'an arm that the lean client drives: sse, websocket, streamable-http, stdio',
  };
}

const measured = (data: Data): StepOutcome<Data> => ({ status: 'measured', data });

async function throughStack(
  arm: Arm,
  client: ClientStack,
  context: Context,
  placement: Placement,
): Promise<StepOutcome<Data>> {
  const variant = { ...arm.variant, client };
  const support = (await loadTransport(variant.transport)).supports(variant);
  if (!support.supported)
    return { status: 'not-measured', because: support.reason, wouldAnswer: 'an arm that all stacks can drive' };
  if (client === 'sdk' && !sdkIsInstalled())
    return {
      status: 'not-measured',
      because: `${SDK_PACKAGE} is not installed`,
      wouldAnswer: `npm install ${SDK_PACKAGE}`,
    };
  const measurement = await oneTrial({ ...arm, variant }, context, placement, {
    warmup: { timeNs: context.settings.warmup, calls: 100 },
    window: { timeNs: context.settings.window, calls: undefined },
  });
  return measured(dataOf(measurement, placementWords(placement, { arms: [arm] })));
}

async function throughHandler(context: Context, placement: Placement): Promise<Data> {
  const { warmup, window } = context.settings;
  const arm: Arm = { id: 'loopback', title: 'Loopback', variant: defaultVariant('loopback') };
  const extents = { warmup: { timeNs: warmup, calls: 100 }, window: { timeNs: window, calls: undefined } };
  const measurement = await oneTrial(arm, context, placement, extents);
  return dataOf(measurement, placementWords(placement, { arms: [arm] }));
}

/** As many bytes as the lean client's call has on the wire. */
async function bareExchange(arm: Arm, context: Context, placement: Placement): Promise<Data> {
  const { clock, settings } = context;
  const lean: Arm = { ...arm, variant: { ...arm.variant, client: 'lean' } };
  const counted = await oneTrial(lean, context, placement, { warmup: COUNTED, window: COUNTED });
  const { upBytes, downBytes } = dataOf(counted, '');
  const pinned = placement.kind === 'pinned' ? placement : undefined;
  if (pinned !== undefined && !pinProcess(process.pid, pinned.driverCpu))
    throw new Error('the bare exchange could not be pinned to its core');
  const { exchanges, p50Ns, ownUs, otherUs } = await measureEcho({
    way: arm.variant.transport === 'stdio' ? 'pipe' : 'tcp',
    upBytes: Math.round(upBytes),
    downBytes: Math.round(downBytes),
    warmupNs: settings.warmup,
    windowNs: settings.window,
    cpu: pinned?.endpointCpu,
    clock,
  });
  return {
    calls: exchanges,
    p50Ns,
    endpointUs: otherUs === null ? null : otherUs / exchanges,
    driverUs: ownUs / exchanges,
    upBytes,
    downBytes,
    doubts: [],
    placement: placementWords(placement, { arms: [arm] }),
  };
}

interface Extents {
  readonly warmup: Extent;
  readonly window: Extent;
}

/** One cell in fresh processes, with its books. Rejects, with a message fit to print, when nothing valid came of it. */
async function oneTrial(arm: Arm, context: Context, placement: Placement, extents: Extents): Promise<Measurement> {
  const { clock, readyTimeoutNs, seed, pacing } = context;
  const cell: Cell = { id: CELL, level: '', scenario: scenarioOf(context, extents) };
  const quiet = extents.window.calls !== undefined;
  const plan = planTrials({
    seed,
    quick: false,
    blocks: 1,
    processWarmup: quiet ? COUNTED : PROCESS_WARMUP,
    arms: [arm],
    cells: [cell],
    pacing,
  });
  const [trial] = plan.trials;
  if (trial === undefined) throw new Error('a plan of one cell has a trial');
  const hiccups = new HiccupMeter(clock);
  hiccups.start();
  try {
    const result = await runTrial(trial, arm, {
      plan,
      clock,
      hiccups,
      readyTimeoutNs,
      placement,
      loadTransport,
      signal: new AbortController().signal,
      onCell: () => undefined,
      targets: new Map(),
    });
    if (result.status === 'failed') throw new Error(result.error);
    const [measurement] = result.measurements;
    if (measurement === undefined) throw new Error('the trial measured nothing');
    const { due, ok } = measurement.calls;
    if (ok < due || ok === 0) throw new Error(`${due - ok} of ${due} calls failed`);
    return measurement;
  } finally {
    hiccups.stop();
  }
}

/** One agent, one small call after the other. */
function scenarioOf({ settings }: Context, { warmup, window }: Extents): Scenario {
  const { text } = settings;
  const call = { kind: 'call', tool: 'echo', argument: { kind: 'filler', bytes: text } } as const;
  const step = {
    ...call,
    answerBytes: bytes(text),
    delayNs: nanoseconds(0),
    progressSteps: 0,
    misbehaviour: undefined,
  };
  return {
    name: CELL,
    title: 'One call after the other',
    shows: '',
    clients: 1,
    scripts: [{ name: 'echo', weight: 1, steps: [step] }],
    load: { kind: 'closed', thinkNs: nanoseconds(0) },
    publish: [],
    warmup,
    window,
    timeoutNs: seconds(5),
    stall: undefined,
  };
}

function dataOf({ calls, responseTime, endpoint, driver, bytes: books, doubts }: Measurement, placement: string): Data {
  const perCall = (sum: number): number => sum / calls.ok;
  return {
    calls: calls.ok,
    p50Ns: nanoseconds(decodeHistogram(responseTime).valueAtQuantile(0.5) ?? 0),
    endpointUs: endpoint === null ? null : perCall(processorUs(endpoint)),
    driverUs: perCall(processorUs(driver)),
    upBytes: perCall(books.wireUp ?? 0),
    downBytes: perCall(books.wireDown ?? 0),
    doubts: [...new Set(doubts.map(({ kind }) => kind))],
    placement,
  };
}
