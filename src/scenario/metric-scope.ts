/** Which metrics a workload has at all, whatever comes of it: a limit on another one would say nothing about the run. */
import { hasBoth, hasCalls, hasPushes } from './directions.ts';
import type { MetricName } from './metric.ts';
import type { Publication, Scenario } from './scenario.ts';

/** What is looked at: a scenario, or the draft of one. */
interface Workload extends Pick<Scenario, 'load' | 'scripts'> {
  readonly publish: readonly Omit<Publication, 'subscribers'>[];
}

interface Scope {
  readonly has: (workload: Workload) => boolean;
  /** Said where it does not have it. */
  readonly why: string;
}

const CALLS: Scope = { has: hasCalls, why: 'nobody calls there' };
const EVENTS: Scope = { has: hasPushes, why: 'nothing is published there' };
const EVERYWHERE: Scope = { has: () => true, why: '' };
/** A socket counts bytes, not whose they are. */
const ONE_DIRECTION: Scope = {
  has: (workload) => !hasBoth(workload),
  why: 'calls and events share the wire there, and a socket does not know whose bytes it carries',
};
const CALENDAR: Scope = {
  has: ({ load }) => load.kind === 'open' || load.kind === 'sessions',
  why: 'nothing starts by a calendar there',
};
const SCRIPTS: Scope = {
  has: ({ load, scripts }) => load.kind !== 'none' && scripts.some(({ steps }) => steps.length > 1),
  why: 'no script has two steps there',
};
const ONLY_EVENTS: Scope = {
  has: (workload) => hasPushes(workload) && !hasCalls(workload),
  why: 'it is for those who only listen',
};

/** By the beginning of the metric's name, the first that fits. */
const SCOPES: readonly (readonly [string, Scope])[] = [
  ['response-time.', CALLS],
  ['service-time.', CALLS],
  ['send-lag.', CALENDAR],
  ['script-time.', SCRIPTS],
  ['within-100ms', CALLS],
  ['rate', CALLS],
  ['calls-failed', CALLS],
  ['delivery.', EVENTS],
  ['first-receiver.', EVENTS],
  ['median-receiver.', EVENTS],
  ['last-receiver.', EVENTS],
  ['receiver-spread.', EVENTS],
  ['events-rate', EVENTS],
  ['events-lost', EVENTS],
  ['driver-cpu-per-event', ONLY_EVENTS],
  ['wire-', ONE_DIRECTION],
  ['overhead-', ONE_DIRECTION],
  ['payload-', ONE_DIRECTION],
];

const scopeOf = (metric: MetricName): Scope => SCOPES.find(([start]) => metric.startsWith(start))?.[1] ?? EVERYWHERE;

/** Whether a measurement of the workload can have the metric; an arm without a wire, or a server that cannot be looked into, may still lack it. */
export const hasMetric = (workload: Workload, metric: MetricName): boolean => scopeOf(metric).has(workload);

/** Why workloads do not have the metric. */
export const whyWithout = (metric: MetricName): string => scopeOf(metric).why;
