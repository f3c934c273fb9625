/**
 * Reasons to trust a measurement less, or not at all. The evidence is the driver's, the machine's or the protocol's,
 * never the latency that was measured: guards that look at the result delete true results.
 */
import { isOffCalendar } from '../measure/arrival-check.ts';
import { callsBalance, notificationsBalance } from '../measure/books.ts';
import type { ClockCheck } from '../measure/clock-check.ts';
import { decodeHistogram } from '../measure/histogram.ts';
import type { CallBooks, Doubt, Measurement, RelayCheck } from '../result/record.ts';
import { type Nanoseconds, milliseconds, nanoseconds, rateOf } from '../units.ts';
import { driversDisagree } from './driver-agreement.ts';
import { probeDoubts } from './probe-bias.ts';

/** Limits. A timer-paced generator cannot be on time to better than a few milliseconds on a shared machine. */
export const SEND_LAG_P99_LIMIT_NS = milliseconds(3);
/** A timer of the endpoint is late by a millisecond or two; more is a stall or an overload. */
export const LATE_PUBLICATION_LIMIT_NS = milliseconds(20);
const UTILISATION_LIMIT = 0.7;
/** Of what a driver can against a mirror. */
const CEILING_LIMIT = 0.8;
export const HICCUP_LIMIT_NS = milliseconds(25);
const GC_LIMIT_NS = milliseconds(50);
/** Of other processes, in cores, beyond what ticks cannot tell from nothing. */
export const LOAD_LIMIT_CORES = 0.25;
const RATE_SHARE_LIMIT = 0.9;
/** What a relay adds of its own, as a share of the round trip that it stands for. */
const RELAY_ERROR_LIMIT = 0.1;
/** No relay is on time to better than this under load; as a share of the round trip it is the same limit as above. */
const RELAY_LATE_LIMIT_NS = milliseconds(2);
/** Theil–Sen drift over the window, as a share of the median. */
const DRIFT_LIMIT = 0.25;

/** What is known of a measurement's surroundings, and stands in the record. */
export interface RecordedContext {
  readonly clock: ClockCheck;
  /** Of the relay between the two, where there is one. */
  readonly relayCheck?: RelayCheck | undefined;
  /** Calls a second that the driver can make against a mirror; absent where nobody measured. */
  readonly ceilingPerSec?: number | undefined;
}

export interface DoubtContext extends RecordedContext {
  /** `null` where the server is somebody else's: there is nothing to compare with. */
  readonly openAtEndpoint: CountedMessages | null;
  /** The latest that an event went out after the calendar called for it. */
  readonly latestPublicationNs: Nanoseconds;
  /** Sessions that the server ended and a client opened again. */
  readonly sessionsReopened: number;
  /** Why a client is gone, be it since the warm-up; `undefined` when all are there. */
  readonly lostBecause: string | undefined;
}

/** As the endpoint counted them. */
export interface CountedMessages {
  readonly messagesUp: number;
  readonly messagesDown: number;
}

type Unjudged = Omit<Measurement, 'doubts'>;

export function doubtsOf(measurement: Unjudged, context: DoubtContext): Doubt[] {
  return [
    ...imbalances(measurement, context.openAtEndpoint),
    ...emptiness(measurement, context.lostBecause),
    ...reopened(context.sessionsReopened),
    ...calendar(context.latestPublicationNs),
    ...followingDoubts(measurement, context),
  ];
}

/** Those that follow from what a record holds: whoever reads one can draw them again. */
export function followingDoubts(measurement: Unjudged, context: RecordedContext): Doubt[] {
  return [
    ...wrongAnswers(measurement),
    ...clockDoubts(measurement, context.clock),
    ...errors(measurement),
    ...pace(measurement),
    ...saturation(measurement, context.ceilingPerSec),
    ...arrivals(measurement),
    ...machine(measurement),
    ...others(measurement),
    ...relayed(measurement, context.relayCheck),
    ...drift(measurement),
    ...ofTeam(measurement),
  ];
}

/** The kinds of them. */
export const FOLLOWING: ReadonlySet<Doubt['kind']> = new Set([
  'wrong-answers',
  'clock-not-comparable',
  'errors',
  'lost-notifications',
  'send-lag',
  'rate-not-reached',
  'driver-saturated',
  'arrivals',
  'hiccup',
  'gc-pause',
  'load',
  'throttled',
  'relay-error',
  'relay-late',
  'not-steady',
  'driver-bias',
  'drivers-disagree',
]);

/** The probe's calls are in no sum, and its answers must be right all the same. */
const allCalls = ({ calls, team }: Unjudged): readonly CallBooks[] => [
  calls,
  ...(team === undefined ? [] : [team.probe.calls]),
];

const sumOf = (books: readonly CallBooks[], read: (calls: CallBooks) => number): number =>
  books.reduce((sum, calls) => sum + read(calls), 0);

const ofTeam = ({ team, serviceTime }: Unjudged): readonly Doubt[] =>
  team === undefined ? [] : [...driversDisagree(team), ...probeDoubts(serviceTime, team.probe.serviceTime)];

function imbalances(
  { calls, notifications, progress, fanOut, bytes }: Unjudged,
  endpoint: CountedMessages | null,
): Doubt[] {
  const details: string[] = [];
  if (!callsBalance(calls)) details.push(`calls due ${calls.due}, accounted for ${accounted(calls)}`);
  if (!notificationsBalance(notifications))
    details.push(`events sent ${notifications.published}, arrived ${notifications.delivered}`);
  if (fanOut !== null && fanOut.deliveries !== notifications.delivered)
    details.push(`events arrived ${notifications.delivered}, receivers of what was sent ${fanOut.deliveries}`);
  if (!notificationsBalance(progress))
    details.push(`progress promised ${progress.published}, arrived ${progress.delivered}`);
  if (endpoint !== null) details.push(...disagreements(bytes, endpoint));
  return details.map((detail) => ({ kind: 'books-do-not-balance', detail }));
}

/** What the two ends have counted differently. */
function disagreements(bytes: Unjudged['bytes'], endpoint: CountedMessages): string[] {
  const details: string[] = [];
  if (bytes.wireUp !== bytes.driverWireUp)
    details.push(`bytes up: endpoint ${bytes.wireUp}, driver ${bytes.driverWireUp}`);
  if (bytes.wireDown !== bytes.driverWireDown)
    details.push(`bytes down: endpoint ${bytes.wireDown}, driver ${bytes.driverWireDown}`);
  if (bytes.messagesUp !== endpoint.messagesUp)
    details.push(`messages up: endpoint ${endpoint.messagesUp}, driver ${bytes.messagesUp}`);
  if (bytes.messagesDown !== endpoint.messagesDown)
    details.push(`messages down: endpoint ${endpoint.messagesDown}, driver ${bytes.messagesDown}`);
  return details;
}

const accounted = ({ ok, rejected, disconnected, wrong, timedOut, dropped }: Unjudged['calls']): number =>
  ok + rejected + disconnected + wrong + timedOut + dropped;

function wrongAnswers(measurement: Unjudged): Doubt[] {
  const count = sumOf(
    allCalls(measurement),
    ({ wrong, misrouted, duplicated, unreadable }) => wrong + misrouted + duplicated + unreadable,
  );
  return count === 0 ? [] : [{ kind: 'wrong-answers', count }];
}

function emptiness({ calls, notifications }: Unjudged, lostBecause: string | undefined): Doubt[] {
  if (calls.ok + notifications.delivered > 0) return [];
  const nothing = calls.due + notifications.published === 0 ? 'nothing fell due' : 'nothing arrived';
  const detail = calls.errors[0] ?? (lostBecause === undefined ? nothing : `${nothing}: ${lostBecause}`);
  return [{ kind: 'nothing-measured', detail }];
}

function clockDoubts({ notifications }: Unjudged, clock: ClockCheck): Doubt[] {
  return notifications.delivered === 0 || clock.comparable
    ? []
    : [{ kind: 'clock-not-comparable', detail: clock.evidence }];
}

function errors(measurement: Unjudged): Doubt[] {
  const { notifications, progress } = measurement;
  const books = allCalls(measurement);
  const count = sumOf(
    books,
    ({ rejected, disconnected, timedOut, dropped }) => rejected + disconnected + timedOut + dropped,
  );
  const ofProbe = measurement.team?.probe.calls.errors.map((error) => `of the probe: ${error}`) ?? [];
  const [example = 'dropped: too many were in flight'] = [...measurement.calls.errors, ...ofProbe];
  const lost = notifications.lost + progress.lost;
  return [
    ...(count === 0 ? [] : [{ kind: 'errors', count, example } as const]),
    ...(lost <= 0 ? [] : [{ kind: 'lost-notifications', count: lost } as const]),
  ];
}

function pace({ sendLag, offeredPerSec, achievedPerSec }: Unjudged): Doubt[] {
  const doubts: Doubt[] = [];
  const p99Ns = decodeHistogram(sendLag).valueAtQuantile(0.99);
  if (p99Ns !== undefined && p99Ns > SEND_LAG_P99_LIMIT_NS)
    doubts.push({ kind: 'send-lag', p99Ns, limitNs: SEND_LAG_P99_LIMIT_NS });
  if (offeredPerSec !== null && achievedPerSec < offeredPerSec * RATE_SHARE_LIMIT) {
    doubts.push({ kind: 'rate-not-reached', offeredPerSec, achievedPerSec });
  }
  return doubts;
}

/** By how busy it was, and by how near it came to what it can against a mirror. */
function saturation({ driver, calls, elapsedNs }: Unjudged, ceilingPerSec: number | undefined): Doubt[] {
  const { utilisation } = driver;
  const perSec = rateOf(calls.ok, elapsedNs);
  const ceilingShare = ceilingPerSec === undefined || perSec === undefined ? undefined : perSec / ceilingPerSec;
  if (utilisation <= UTILISATION_LIMIT && (ceilingShare ?? 0) <= CEILING_LIMIT) return [];
  return [{ kind: 'driver-saturated', utilisation, ...(ceilingShare === undefined ? {} : { ceilingShare }) }];
}

/** Calls that waited for a new session succeed, and their times say what they waited; what was published meanwhile is lost. */
const reopened = (count: number): Doubt[] => (count === 0 ? [] : [{ kind: 'sessions-reopened', count }]);

/** Delivery is timed from the sending: what the calendar waited before that is in no number shown, so it is said. */
const calendar = (latestNs: Nanoseconds): Doubt[] =>
  latestNs > LATE_PUBLICATION_LIMIT_NS
    ? [{ kind: 'late-publications', latestNs, limitNs: LATE_PUBLICATION_LIMIT_NS }]
    : [];

function machine({ hiccups, driver, endpoint }: Unjudged): Doubt[] {
  const doubts: Doubt[] = [];
  if (hiccups.maxNs > HICCUP_LIMIT_NS) doubts.push({ kind: 'hiccup', maxNs: hiccups.maxNs });
  if (driver.gcMaxNs > GC_LIMIT_NS) doubts.push({ kind: 'gc-pause', process: 'driver', maxNs: driver.gcMaxNs });
  if (endpoint !== null && 'gcMaxNs' in endpoint && endpoint.gcMaxNs > GC_LIMIT_NS)
    doubts.push({ kind: 'gc-pause', process: 'endpoint', maxNs: endpoint.gcMaxNs });
  return doubts;
}

/** What was offered was not what was planned, whatever came of it. */
function arrivals({ arrivals: check }: Unjudged): Doubt[] {
  if (check === undefined || !isOffCalendar(check)) return [];
  const { distance, limit, startedPerSec, plannedPerSec } = check;
  return [{ kind: 'arrivals', distance, limit, startedPerSec, plannedPerSec }];
}

/** What else went on, and who held us up. */
function others({ machine: use }: Unjudged): Doubt[] {
  if (use === undefined) return [];
  const { othersCores, resolutionCores, throttledPeriods, throttledNs } = use;
  const limitCores = LOAD_LIMIT_CORES + resolutionCores;
  return [
    ...(throttledPeriods > 0 || throttledNs > 0
      ? [{ kind: 'throttled', periods: throttledPeriods, throttledNs } as const]
      : []),
    ...(othersCores !== null && othersCores > limitCores
      ? [{ kind: 'load', cores: othersCores, limitCores } as const]
      : []),
  ];
}

/** What the network took beyond what it was to take: unloaded by the relay's own ping, under load by its own clock. */
function relayed({ relay }: Unjudged, check: RelayCheck | undefined): Doubt[] {
  if (check === undefined) return [];
  const { roundTripNs, addedP50Ns } = check;
  const limitNs = nanoseconds(RELAY_ERROR_LIMIT * roundTripNs);
  const lateLimitNs = nanoseconds(Math.max(RELAY_LATE_LIMIT_NS, limitNs));
  return [
    ...(Math.abs(addedP50Ns) > limitNs ? [{ kind: 'relay-error', addedNs: addedP50Ns, roundTripNs } as const] : []),
    ...(relay !== undefined && relay.p99Ns > lateLimitNs
      ? [{ kind: 'relay-late', p99Ns: relay.p99Ns, limitNs: lateLimitNs } as const]
      : []),
  ];
}

function drift({ partMedians }: Unjudged): Doubt[] {
  const driftShare = driftOf(partMedians);
  return driftShare === undefined || Math.abs(driftShare) <= DRIFT_LIMIT ? [] : [{ kind: 'not-steady', driftShare }];
}

/** Theil–Sen slope through the parts' medians, over the whole window, as a share of their median; `undefined` when too few parts have one. */
export function driftOf(partMedians: readonly (Nanoseconds | null)[]): number | undefined {
  const points = partMedians.flatMap((value, part) => (value === null ? [] : [{ part, value }]));
  if (points.length < 5) return undefined;
  const slopes = points.flatMap((a, index) =>
    points.slice(index + 1).map((b) => (b.value - a.value) / (b.part - a.part)),
  );
  const middle = median(points.map((point) => point.value));
  return middle === 0 ? undefined : (median(slopes) * (partMedians.length - 1)) / middle;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}
