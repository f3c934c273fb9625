/**
 * The run record: the one file between running and looking. It holds whole distributions, so a report never needs a
 * transport and an old run can answer a new question. Bump SCHEMA_VERSION when a field changes its meaning.
 */
import type { Findings } from './findings.ts';
import type { RelayCheck, RelayLateness } from './relay.ts';
import type { StudyResult } from './study.ts';
import type { ArrivalCheck } from '../measure/arrival-check.ts';
import type { ByteBooks, CallBooks, NotificationBooks } from '../measure/books.ts';
import type { ClockCheck } from '../measure/clock-check.ts';
import type { FanOut } from '../measure/fan-out-book.ts';
import type { Distribution } from '../measure/histogram.ts';
import type { MachineUse } from '../measure/machine-meter.ts';
import type { ProcessUse } from '../measure/process-meter.ts';
import type { OutsideUse } from '../measure/process-tree.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Bytes, Nanoseconds } from '../units.ts';

export type { ArrivalCheck, ByteBooks, CallBooks, ClockCheck, Distribution, FanOut, MachineUse };
export type { NotificationBooks, ProcessUse, RelayCheck, RelayLateness };

export const RECORD_SCHEMA = 'mcp-transport-bench/record';
export const SCHEMA_VERSION = 3;

export interface RunRecord {
  readonly schema: typeof RECORD_SCHEMA;
  readonly schemaVersion: number;
  readonly tool: { readonly name: 'mcp-transport-bench'; readonly version: string };
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** ISO 8601, UTC; `null` while the run goes on or when it was cut off. */
  readonly finishedAt: string | null;
  /** `running` in a record whose writer was killed: as partial as `partial`. */
  readonly status: 'running' | 'complete' | 'partial' | 'failed';
  /** What `run` was asked on its command line, the seed aside: words that repeat the run. Headers and tokens never come in here. */
  readonly asked: readonly string[];
  readonly environment: Environment;
  readonly plan: Plan;
  /** What was asked for and cannot be. */
  readonly unsupported: readonly Unsupported[];
  readonly matching: Matching;
  readonly trials: readonly TrialResult[];
  /** Those of the plan that were begun. */
  readonly studies: readonly StudyResult[];
  /** What the machine needed for the same bare exchange before each block; absent where nobody asked. */
  readonly controls?: readonly Control[] | undefined;
  /** How fast each driver is against a mirror, in cells that go as fast as they can; absent where nobody asked. */
  readonly ceilings?: readonly Ceiling[] | undefined;
  /** Why fewer blocks were measured than planned; absent where all were, or the run was cut off. */
  readonly stopped?: Stopped | undefined;
  /** What all of this comes to; absent while the run goes on, when it was cut off, and in records of releases before. */
  readonly findings?: Findings | undefined;
  /** The runs whose measurements are added up in this record, the earliest first; absent for a run's own. `environment` is then that of the first. */
  readonly mergedFrom?: readonly MergedRun[] | undefined;
}

/** One run among those that were merged: when it began and ended, and on which machine. */
export interface MergedRun {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Absent in records of releases before. */
  readonly finishedAt?: string | undefined;
  readonly environment: Environment;
}

/** The control workload: bytes echoed over bare TCP and parsed as JSON, by nothing that is under test. */
export interface Control {
  readonly block: number;
  readonly attempt: number;
  readonly exchanges: number;
  /** Round trip at the median. */
  readonly p50Ns: Nanoseconds;
  /** Processor time per exchange, both ends, in microseconds. */
  readonly cpuUs: number;
}

/** What the driver of an arm can do in a cell, against a mirror that answers with the least work that can be done. */
export type Ceiling = { readonly armId: string; readonly cellId: string } & (
  | {
      readonly status: 'measured';
      /** Calls that were answered rightly, per second. */
      readonly perSec: number;
      /** Of the event loops, 0 … 1; the mirror's is `null` where it is not known. */
      readonly mirrorBusy: number | null;
      readonly driverBusy: number;
    }
  | { readonly status: 'not-measured'; readonly because: string }
);

export interface Stopped {
  /** The last block that was measured. */
  readonly afterBlock: number;
  /** The verdict stood, or the time was up. */
  readonly because: 'decided' | 'budget';
}

/** An arm that cannot be, or a cell that an arm cannot run. */
export interface Unsupported {
  /** Of the plan where a cell is named; else the word that asked for the arm. */
  readonly armId: string;
  /** `null` for the whole arm. */
  readonly cellId: string | null;
  readonly reason: string;
}

/** Why an arm was not to run a cell; `undefined` where it was. */
export const whyUnsupported = ({ unsupported }: RunRecord, armId: string, cellId: string): string | undefined =>
  unsupported.find((one) => one.armId === armId && one.cellId === cellId)?.reason;

/** The machine and the software, as far as they can move a number. Nothing here names a person or a host. */
export interface Environment {
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly kernel: string;
  readonly arch: string;
  readonly cpuModel: string;
  readonly cores: number;
  /** Of the first core's frequency, as the kernel says; absent where it does not. */
  readonly governor?: string | undefined;
  /** What the kernel says it runs on: a hypervisor's name; absent where it says nothing. */
  readonly virtualisation?: string | undefined;
  readonly memoryBytes: Bytes;
  /** One-minute load average when the run began, before it added its own. */
  readonly loadAverage: number;
  /** Versions of the packages that drive and record. */
  readonly packages: Readonly<Record<string, string>>;
  /** Names of the Node flags that every process of the run inherited. */
  readonly nodeFlags: readonly string[];
  /** Which cores the processes of a trial ran on, in words. */
  readonly placement: string;
}

/** Whether the arms differ in nothing but the transport. */
export interface Matching {
  /** One entry per rule that was probed. */
  readonly checks: readonly MatchCheck[];
  /** What cannot be made equal, in words, with numbers. */
  readonly unmatched: readonly string[];
  /** What the probe saw of each arm. */
  readonly facts: readonly ArmFacts[];
}

export interface MatchCheck {
  readonly rule: string;
  readonly status: 'matched' | 'mismatched' | 'not-applicable';
  /** What was seen, arm by arm. */
  readonly seen: string;
}

/** What a probe session saw of one arm: an ordinary session, looked at closely, outside of any measurement. */
export interface ArmFacts {
  readonly armId: string;
  /** How the channel was opened: `HTTP/1.1 200 text/event-stream`, `HTTP/1.1 101 websocket`, `in-process`. */
  readonly established: string;
  /** What carries a client's messages: what `socketsPerClient` counts. */
  readonly carrier: 'sockets' | 'pipes' | 'nothing';
  /** Open at the end of the probe session. */
  readonly socketsPerClient: number;
  readonly httpRequestsPerSession: number;
  /** HTTP requests per tool call, over the probe's calls. */
  readonly httpRequestsPerCall: number;
  readonly roundTripsToOpen: number;
  /** Wire bytes, both directions, until the first tool result was in hand. */
  readonly bytesToFirstResult: Bytes;
  /** From `connect` to the first tool result. */
  readonly timeToFirstResultNs: Nanoseconds;
  /** Payload bytes of the probe's one scripted call. Must be equal on all arms. */
  readonly payloadUpBytes: Bytes;
  readonly payloadDownBytes: Bytes;
  /** Share of client→server messages that travelled on a socket which also carried server→client messages; 0 … 1. */
  readonly sharedChannelShare: number;
  /** One socket carried client messages and server messages while events flowed, between two looks at its counters. */
  readonly bothDirectionsAtOnce: boolean;
  /** Socket by socket, at both ends; empty where there are no TCP sockets. */
  readonly noDelay: readonly (boolean | undefined)[];
  /** Content coding or extension that was negotiated; empty for none. */
  readonly compression: string;
  readonly tls: boolean;
  /** Version, cipher suite and resumption as the client's socket says; empty without TLS. */
  readonly tlsSession: string;
  /** Of the request that opened the channel, as the endpoint received it; `undefined` without HTTP. */
  readonly httpVersion: string | undefined;
  /** Flow control at the endpoint; `undefined` under HTTP/1.1 and without HTTP. */
  readonly http2Windows: { readonly stream: Bytes; readonly connection: Bytes } | undefined;
  readonly messageHeaders: readonly string[];
  readonly keepAliveMs: number | undefined;
  readonly heartbeatMs: number | undefined;
  readonly maxMessageBytes: Bytes;
  readonly endpointNode: string;
  readonly driverNode: string;
  readonly endpointFlags: readonly string[];
  readonly driverFlags: readonly string[];
  /** Hash of the server's name, version and capabilities and of its tools, however it was asked for them. */
  readonly surfaceHash: string;
  /** What the client side loads beyond Node, with the bytes of JavaScript in each package. */
  readonly clientLibraries: readonly { readonly name: string; readonly bytes: Bytes }[];
  /** Lines of this project's own driver for the transport, comments and blank lines left out. */
  readonly driverLines: number;
}

export type TrialResult =
  | (TrialHead & {
      readonly status: 'completed';
      readonly clock: ClockCheck;
      /** Of the relay that emulated the network, by its own ping; absent where none did. */
      readonly relay?: RelayCheck | undefined;
      readonly measurements: readonly Measurement[];
    })
  | (TrialHead & { readonly status: 'failed'; readonly error: string; readonly measurements: readonly Measurement[] });

export interface TrialHead {
  /** Of the planned trial. */
  readonly index: number;
  readonly block: number;
  readonly armId: string;
  /** 1 and more where the block was measured again, because something had disturbed it; absent for the first time. */
  readonly attempt?: number | undefined;
}

/** One cell measured once. */
export interface Measurement {
  readonly cellId: string;
  /** Length of the measured window, from the first instant anything could be due to the last answer or the window's end, whichever is later. */
  readonly elapsedNs: Nanoseconds;
  readonly warmup: WarmupReport;
  readonly calls: CallBooks;
  readonly notifications: NotificationBooks;
  readonly progress: NotificationBooks;
  /** What the schedule asked for; `null` under closed loop. Scripts per second. */
  readonly offeredPerSec: number | null;
  /** Scripts per second that were completed. */
  readonly achievedPerSec: number;
  /** Completed − intended start; in a closed loop the intended start is the send. */
  readonly responseTime: Distribution;
  /** Completed − sent. */
  readonly serviceTime: Distribution;
  /** Sent − intended start: the driver's own lateness. */
  readonly sendLag: Distribution;
  /** Whole scripts of several steps: intended start to the end of the last step, thinking included. A script of one call takes as long as its call. */
  readonly scriptTime: Distribution;
  /** Notification published → received. */
  readonly delivery: Distribution;
  /** Notification due by the endpoint's calendar → received. */
  readonly deliveryFromDue: Distribution;
  /** The published events, each with its receivers; `null` when nothing was published to anybody. */
  readonly fanOut: FanOut | null;
  /** Medians of response time (or, without calls, delivery) in ten equal parts of the window; `null` where a part has fewer than ten samples. */
  readonly partMedians: readonly (Nanoseconds | null)[];
  readonly bytes: ByteBooks;
  /** Sockets open between the two ends at the end of the window, over all clients. */
  readonly sockets: number;
  readonly clients: number;
  /** Share of the calls that fell due that were rightly answered within 100 ms of their intended start, 0 … 1; `null` without calls. */
  readonly within100ms: number | null;
  /** As seen from outside where the server is somebody else's and was started for the run; `null` where nothing is known of it. */
  readonly endpoint: ProcessUse | OutsideUse | null;
  readonly driver: ProcessUse;
  /** Gaps of an otherwise idle timer in the command's process: what the machine did to everybody. */
  readonly hiccups: { readonly maxNs: Nanoseconds; readonly totalNs: Nanoseconds };
  /** How the scripts were started, against the calendar; absent where no calendar was kept, and in records of releases before. */
  readonly arrivals?: ArrivalCheck | undefined;
  /** What the machine did besides; absent where the system does not say, and in records of releases before. */
  readonly machine?: MachineUse | undefined;
  /** Of the relay that emulated the network, over the window; absent where none did. */
  readonly relay?: RelayLateness | undefined;
  /** Driver by driver, where several were asked for; absent where there was one and nobody looked over its shoulder. */
  readonly team?: Team | undefined;
  readonly doubts: readonly Doubt[];
}

/** The drivers whose sums a measurement is, and the probe that is in none of the sums but the endpoint's processor time. */
export interface Team {
  readonly drivers: readonly DriverShare[];
  /** One client of a process of its own, which has nothing else to do: what it sees no busy driver has coloured. */
  readonly probe: Pick<Measurement, 'calls' | 'serviceTime'>;
}

/** What one driver of several did. */
export type DriverShare = Pick<Measurement, 'clients' | 'calls' | 'serviceTime'> & {
  /** User and system. */
  readonly cpuUs: number;
  /** Of its event loop, 0 … 1. */
  readonly utilisation: number;
};

export interface WarmupReport {
  readonly elapsedNs: Nanoseconds;
  /** Samples that were taken and thrown away. */
  readonly discardedCalls: number;
  readonly discardedNotifications: number;
}

/** A reason to trust a measurement less, or not at all. Evidence comes from the driver, the machine or the protocol, never from the latency measured. */
export type Doubt =
  /** The numbers are wrong and are not shown. */
  | { readonly kind: 'books-do-not-balance'; readonly detail: string }
  | { readonly kind: 'wrong-answers'; readonly count: number }
  | { readonly kind: 'nothing-measured'; readonly detail: string }
  | { readonly kind: 'clock-not-comparable'; readonly detail: string }
  /** The numbers stand and deserve a second look. */
  | { readonly kind: 'errors'; readonly count: number; readonly example: string }
  | { readonly kind: 'lost-notifications'; readonly count: number }
  | { readonly kind: 'sessions-reopened'; readonly count: number }
  | { readonly kind: 'send-lag'; readonly p99Ns: Nanoseconds; readonly limitNs: Nanoseconds }
  | { readonly kind: 'late-publications'; readonly latestNs: Nanoseconds; readonly limitNs: Nanoseconds }
  /** `ceilingShare`: of what it can against a mirror, where that was measured. */
  | { readonly kind: 'driver-saturated'; readonly utilisation: number; readonly ceilingShare?: number | undefined }
  | {
      readonly kind: 'arrivals';
      /** Largest gap between the two distributions of waits from one start to the next, 0 … 1, and its limit. */
      readonly distance: number;
      readonly limit: number;
      readonly startedPerSec: number;
      readonly plannedPerSec: number;
    }
  | { readonly kind: 'rate-not-reached'; readonly offeredPerSec: number; readonly achievedPerSec: number }
  | { readonly kind: 'hiccup'; readonly maxNs: Nanoseconds }
  /** Cores that others kept busy, on average over the window. */
  | { readonly kind: 'load'; readonly cores: number; readonly limitCores: number }
  | { readonly kind: 'throttled'; readonly periods: number; readonly throttledNs: Nanoseconds }
  | { readonly kind: 'relay-error'; readonly addedNs: Nanoseconds; readonly roundTripNs: Nanoseconds }
  | { readonly kind: 'relay-late'; readonly p99Ns: Nanoseconds; readonly limitNs: Nanoseconds }
  | { readonly kind: 'gc-pause'; readonly process: 'endpoint' | 'driver'; readonly maxNs: Nanoseconds }
  | { readonly kind: 'not-steady'; readonly driftShare: number }
  /** The drivers saw another time than the probe did, beyond its 95 % interval and beyond `limit` as a share. `null` for an end that the probe has too few samples for. */
  | {
      readonly kind: 'driver-bias';
      readonly metric: 'service-time.p50' | 'service-time.p99';
      readonly driversNs: Nanoseconds;
      readonly probeLowNs: Nanoseconds;
      readonly probeHighNs: Nanoseconds | null;
      readonly limit: number;
    }
  /** Medians of the same trial at different drivers, the smallest and the largest, beyond `limit` apart as a share. */
  | {
      readonly kind: 'drivers-disagree';
      readonly metric: 'response-time.p50' | 'service-time.p50' | 'delivery.p50';
      readonly leastNs: Nanoseconds;
      readonly mostNs: Nanoseconds;
      readonly limit: number;
    };

/** By what factor, above 1, drivers and probe are at least apart, whoever saw more. */
export const biasOf = ({
  driversNs,
  probeLowNs,
  probeHighNs,
}: Extract<Doubt, { readonly kind: 'driver-bias' }>): number =>
  Math.max(driversNs / (probeHighNs ?? Infinity), probeLowNs / driversNs);

/** Doubts after which a number is wrong rather than uncertain. */
const DISQUALIFYING: ReadonlySet<Doubt['kind']> = new Set([
  'books-do-not-balance',
  'wrong-answers',
  'nothing-measured',
]);

export const disqualifies = ({ kind }: Doubt): boolean => DISQUALIFYING.has(kind);

/** Whether a measurement may be shown: uncertain is shown, wrong is not. */
export const isValid = (measurement: Measurement): boolean => !measurement.doubts.some(disqualifies);

/**
 * Doubts about the moment and not about what was measured: the same again, a little later, may well be without. None
 * of them looks at the times of the endpoint, so that measuring again cannot choose among results.
 */
export const DISTURBING: ReadonlySet<Doubt['kind']> = new Set([
  'send-lag',
  'driver-saturated',
  'driver-bias',
  'arrivals',
  'hiccup',
  'load',
  'throttled',
  'gc-pause',
]);

/**
 * What disturbed a measurement. Not among it are garbage collections of the endpoint, which are its own, and a driver
 * that is busy because nobody paces it: in a closed loop it would be so again.
 */
export const disturbancesOf = ({ doubts, offeredPerSec }: Pick<Measurement, 'doubts' | 'offeredPerSec'>): Doubt[] =>
  doubts.filter((doubt) => {
    if (doubt.kind === 'gc-pause') return doubt.process === 'driver';
    if (doubt.kind === 'driver-saturated' || doubt.kind === 'driver-bias') return offeredPerSec !== null;
    return DISTURBING.has(doubt.kind);
  });

/** Whether something disturbed the measurement while it was made. */
export const isDisturbed = (measurement: Pick<Measurement, 'doubts' | 'offeredPerSec'>): boolean =>
  disturbancesOf(measurement).length > 0;
