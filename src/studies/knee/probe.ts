/** One probe: a trial of one cell, in fresh processes, at one rate. */
import { decodeHistogram } from '../../measure/histogram.ts';
import type { HiccupMeter } from '../../measure/hiccup-meter.ts';
import type { Measurement } from '../../result/record.ts';
import type { StudyData } from '../../result/study-data.ts';
import { type Arm, planTrials } from '../../scenario/plan.ts';
import { derivedSeed } from '../../scenario/random.ts';
import type { Cell, Extent, Scenario } from '../../scenario/scenario.ts';
import type { StudySettings } from '../../scenario/study-settings.ts';
import { loadTransport } from '../../transports/discover.ts';
import type { Placement } from '../../trial/placement.ts';
import { runTrial } from '../../trial/run-trial.ts';
import { bytes, nanoseconds, NS_PER_S, milliseconds, type PerSecond, perSecond, seconds } from '../../units.ts';
import type { StepContext } from '../contract.ts';
import { judgeProbe } from './judge.ts';
import type { Asked } from './search.ts';

type Settings = StudySettings['knee'];
export type Probe = StudyData['knee']['probes'][number];

/** Enough for shared code to be compiled; the probe's own warm-up, at its own rate, follows. */
const PROCESS_WARMUP: Extent = { timeNs: milliseconds(500), calls: 2_000 };
/** A p99 of fewer says little. A window of a low rate is as long as that takes. */
const LEAST_CALLS = 500;
const MAX_IN_FLIGHT = 2_000;
const CELL = 'knee';

export interface ProbeContext {
  readonly arm: Arm;
  readonly context: StepContext<'knee'>;
  readonly placement: Placement;
  readonly hiccups: HiccupMeter;
}

/** The probe with this number, from 0. Rejects, with a message fit to print, when its processes came to nothing. */
export async function makeProbe(
  asked: Asked,
  number: number,
  { arm, context, placement, hiccups }: ProbeContext,
): Promise<Probe> {
  const { settings, clock, readyTimeoutNs, pacing, seed } = context;
  const cell: Cell = { id: CELL, level: '', scenario: scenarioAt(perSecond(asked.ratePerSec), settings) };
  const plan = planTrials({
    seed: derivedSeed(seed, `probe ${number}`),
    quick: false,
    blocks: 1,
    processWarmup: PROCESS_WARMUP,
    arms: [arm],
    cells: [cell],
    pacing,
  });
  const [trial] = plan.trials;
  if (trial === undefined) throw new Error('a plan of one cell has a trial');
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
  const [measurement] = result.measurements;
  if (result.status === 'failed') throw new Error(result.error);
  if (measurement === undefined) throw new Error('the probe measured nothing');
  return probeOf(asked, measurement, settings);
}

/** How long the window of a probe is. */
const windowOf = (ratePerSec: PerSecond, { window }: Settings) =>
  nanoseconds(Math.max(window, (LEAST_CALLS * NS_PER_S) / ratePerSec));

/** What is asked of every arm alike: echoes by the calendar. */
function scenarioAt(ratePerSec: PerSecond, settings: Settings): Scenario {
  const { clients, text, arrivals, warmup } = settings;
  return {
    name: CELL,
    title: 'A rate that is tried',
    shows: '',
    clients,
    scripts: [
      {
        name: 'echo',
        weight: 1,
        steps: [
          {
            kind: 'call',
            tool: 'echo',
            argument: { kind: 'filler', bytes: text },
            answerBytes: bytes(text),
            delayNs: nanoseconds(0),
            progressSteps: 0,
            misbehaviour: undefined,
          },
        ],
      },
    ],
    load: { kind: 'open', arrivals, ratePerSec, maxInFlight: MAX_IN_FLIGHT },
    publish: [],
    warmup: { timeNs: warmup, calls: undefined },
    window: { timeNs: windowOf(ratePerSec, settings), calls: undefined },
    timeoutNs: seconds(5),
    stall: undefined,
  };
}

function probeOf({ ratePerSec, purpose }: Asked, measurement: Measurement, { limit }: Settings): Probe {
  const { offeredPerSec, achievedPerSec, calls, responseTime, sendLag, endpoint, driver, doubts } = measurement;
  const times = decodeHistogram(responseTime);
  const at = (share: number): number | null => times.valueAtQuantile(share) ?? null;
  return {
    ratePerSec,
    purpose,
    ...judgeProbe(measurement, limit),
    offeredPerSec: offeredPerSec ?? 0,
    achievedPerSec,
    calls: { ...calls, errors: [...calls.errors] },
    p50Ns: at(0.5),
    p90Ns: at(0.9),
    p99Ns: at(0.99),
    sendLagP99Ns: decodeHistogram(sendLag).valueAtQuantile(0.99) ?? null,
    endpointBusy: endpoint !== null && 'utilisation' in endpoint ? endpoint.utilisation : null,
    driverBusy: driver.utilisation,
    doubts: [...new Set(doubts.map(({ kind }) => kind))],
  };
}
