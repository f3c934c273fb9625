/** A doubt in plain words: what was seen, and what it means for the numbers. */
import { count, percent, rate, time } from '../claims/quantity.ts';
import { biasOf, type Doubt } from '../result/record.ts';

/** How far a doubt reaches, comparable among doubts of its kind: the larger, the worse. */
export function severityOf(doubt: Doubt): number {
  switch (doubt.kind) {
    case 'books-do-not-balance':
    case 'nothing-measured':
    case 'clock-not-comparable':
      return 0;
    case 'wrong-answers':
    case 'errors':
    case 'lost-notifications':
    case 'sessions-reopened':
      return doubt.count;
    case 'send-lag':
      return doubt.p99Ns;
    case 'late-publications':
      return doubt.latestNs;
    case 'driver-saturated':
      return doubt.utilisation;
    case 'arrivals':
      return doubt.distance / doubt.limit;
    case 'load':
      return doubt.cores;
    case 'throttled':
      return doubt.throttledNs;
    case 'rate-not-reached':
      return doubt.offeredPerSec / Math.max(doubt.achievedPerSec, Number.MIN_VALUE);
    case 'hiccup':
    case 'gc-pause':
      return doubt.maxNs;
    case 'relay-error':
      return Math.abs(doubt.addedNs);
    case 'relay-late':
      return doubt.p99Ns;
    case 'not-steady':
      return Math.abs(doubt.driftShare);
    case 'driver-bias':
      return biasOf(doubt);
    case 'drivers-disagree':
      return doubt.mostNs / Math.max(doubt.leastNs, Number.MIN_VALUE);
  }
}

/** The worst of its kind, in words. */
export function doubtText(doubt: Doubt): string {
  switch (doubt.kind) {
    case 'books-do-not-balance':
      return `the books do not balance (${doubt.detail}); these numbers are not shown`;
    case 'wrong-answers':
      return `at worst ${count(doubt.count, 'wrong answer')} in a trial; these numbers are not shown`;
    case 'nothing-measured':
      return `nothing was measured (${doubt.detail})`;
    case 'clock-not-comparable':
      return `the clocks of the two processes cannot be compared (${doubt.detail}); how long a push took is not known`;
    case 'errors':
      return `at worst ${count(doubt.count, 'call')} of a trial failed, for example: ${doubt.example}`;
    case 'lost-notifications':
      return `at worst ${count(doubt.count, 'event')} of a trial never arrived`;
    case 'sessions-reopened':
      return `the server ended at worst ${count(doubt.count, 'session')} in a trial, and the clients opened them again; the calls that waited for it are timed with the waiting`;
    case 'send-lag':
      return `the driver itself sent late (p99 ${time(doubt.p99Ns)}, limit ${time(doubt.limitNs)}); response times include that`;
    case 'late-publications':
      return `the endpoint sent events up to ${time(doubt.latestNs)} after they were due; push times count from the sending and do not show it`;
    case 'driver-saturated':
      return `the driver was ${percent(doubt.utilisation)} busy${ceilingWords(doubt)}`;
    case 'arrivals':
      return `calls did not start as the calendar had them (${rate(doubt.startedPerSec)} for ${rate(doubt.plannedPerSec)} per second, waits between them ${percent(doubt.distance)} apart, limit ${percent(doubt.limit)}); the load was not the one that was planned`;
    case 'load':
      return `other work on this machine took up to ${percent(doubt.cores)} of a core (limit ${percent(doubt.limitCores)}); times may be its and not the transport's`;
    case 'throttled':
      return `the processor quota of this control group held everything up for ${time(doubt.throttledNs)} in ${count(doubt.periods, 'period')}; times are the quota's as well`;
    case 'rate-not-reached':
      return `${rate(doubt.offeredPerSec)} per second were offered and ${rate(doubt.achievedPerSec)} completed`;
    case 'hiccup':
      return `the machine kept even an idle timer waiting for up to ${time(doubt.maxNs)}; the slowest calls may be the machine's`;
    case 'relay-error':
      return `the relay that emulates the network added up to ${time(doubt.addedNs)} to its round trip of ${time(doubt.roundTripNs)}; compare these numbers with each other, not with a real network's`;
    case 'relay-late':
      return `under this load the relay that emulates the network was late itself (p99 ${time(doubt.p99Ns)}, limit ${time(doubt.limitNs)}); the slowest calls may be the relay's`;
    case 'gc-pause':
      return `garbage collection stopped the ${doubt.process} for up to ${time(doubt.maxNs)}`;
    case 'not-steady':
      return `times still moved by ${percent(Math.abs(doubt.driftShare))} within the window; the warm-up may have been too short`;
    case 'driver-bias':
      return `the drivers saw a ${doubt.metric === 'service-time.p50' ? 'p50' : 'p99'} of ${time(doubt.driversNs)} where a probe beside them saw ${probeWords(doubt)}; ${doubt.driversNs > doubt.probeLowNs ? "these times are the drivers' own waiting as well" : 'who comes at random waits longer than these drivers saw, or the probe waited for a core itself'}`;
    case 'drivers-disagree':
      return `the drivers whose sum this is saw medians from ${time(doubt.leastNs)} to ${time(doubt.mostNs)} in the same trial, more than ${percent(doubt.limit)} apart; together they are no one's distribution`;
  }
}

const DRIVERS_LIMIT =
  "; the rate, and what a push takes to its last receiver, are then the driver's limit and not the transport's";

/** How near it came to what it can decides what its being busy means. */
function ceilingWords({ ceilingShare }: Extract<Doubt, { kind: 'driver-saturated' }>): string {
  if (ceilingShare === undefined) return DRIVERS_LIMIT;
  if (ceilingShare > 1) return ' and faster than against a mirror, which was disturbed then: what it can is not known';
  const share = ` at ${percent(ceilingShare)} of what it can against a mirror`;
  return ceilingShare > CEILING_LIMIT
    ? ` and${share}${DRIVERS_LIMIT}`
    : `, but${share}: it waited for its own core as well as for the endpoint, and the rate is not its limit alone`;
}

/** As the doubt has it: above this share of it a rate is the driver's. */
const CEILING_LIMIT = 0.8;

/** A probe with few calls knows its slowest ones from one side only. */
const probeWords = ({ probeLowNs, probeHighNs }: Extract<Doubt, { kind: 'driver-bias' }>): string =>
  probeHighNs === null ? `at least ${time(probeLowNs)}` : `${time(probeLowNs)} to ${time(probeHighNs)}`;

/** The kinds from bad to harmless: numbers that are wrong, numbers that are missing, numbers that are uncertain. */
export const DOUBT_ORDER: readonly Doubt['kind'][] = [
  'books-do-not-balance',
  'wrong-answers',
  'nothing-measured',
  'errors',
  'lost-notifications',
  'sessions-reopened',
  'clock-not-comparable',
  'driver-saturated',
  'send-lag',
  'arrivals',
  'late-publications',
  'rate-not-reached',
  'driver-bias',
  'drivers-disagree',
  'relay-late',
  'relay-error',
  'throttled',
  'hiccup',
  'load',
  'not-steady',
  'gc-pause',
];
