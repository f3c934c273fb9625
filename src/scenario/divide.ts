/** How several drivers divide a scenario's load among themselves, and what a probe beside them does. */
import { type PerSecond, perSecond, seconds } from '../units.ts';
import { derivedSeed, seededRandom } from './random.ts';
import type { Arrivals, Extent, Scenario } from './scenario.ts';

/** Calls a second that a probe makes: enough for a median of a second or two, few enough to be nobody's load (Kaffes et al., SoCC 2019, keep to a few per cent). */
const PROBE_RATE = perSecond(50);
/** Of the load that it looks at. */
const MOST_OF_LOAD = 0.05;
/** A probe is told when to stop; it does not wait longer than this to be told. */
const PROBE_LIMIT_NS = seconds(600);

/** Why drivers cannot share the scenario; `undefined` where they can. */
export function indivisible({ clients, publish, load, window }: Scenario, drivers: number): string | undefined {
  if (publish.length > 0) return 'it publishes events, and one driver must see all receivers of an event';
  if (load.kind === 'none') return 'nothing is called in it';
  if (clients < drivers)
    return `it has ${clients} ${clients === 1 ? 'client' : 'clients'}, and each driver needs one; --clients sets them`;
  if (load.kind === 'closed')
    return (window.calls ?? drivers) < drivers
      ? `it ends after ${window.calls} ${window.calls === 1 ? 'call' : 'calls'}, and each driver needs one; --calls sets them`
      : undefined;
  return load.maxInFlight < drivers
    ? `at most ${load.maxInFlight} may be in flight, and each driver needs one; max-in-flight in its file sets them`
    : undefined;
}

/** One driver's part of it. */
export interface Share {
  readonly scenario: Scenario;
  /** The number of its first client among those of all. */
  readonly firstClient: number;
}

/** Which arrivals of the scenario's one calendar are a driver's own. */
export interface CalendarShare {
  /** From 0. */
  readonly driver: number;
  readonly drivers: number;
}

/**
 * Clients, what may be in flight, and in a closed loop numbers of calls, in parts that add up to the scenario's. A calendar is
 * not divided: every driver has the whole of it, and keeps its own arrivals of it.
 */
export function divide(scenario: Scenario, drivers: number): readonly Share[] {
  return Array.from({ length: drivers }, (_, driver) => {
    const part = (total: number): number =>
      Math.floor((total * (driver + 1)) / drivers) - Math.floor((total * driver) / drivers);
    const { load, warmup, window } = scenario;
    const extentPart = (extent: Extent): Extent =>
      load.kind !== 'closed' || extent.calls === undefined ? extent : { ...extent, calls: part(extent.calls) };
    return {
      firstClient: Math.floor((scenario.clients * driver) / drivers),
      scenario: {
        ...scenario,
        clients: part(scenario.clients),
        load: 'maxInFlight' in load ? { ...load, maxInFlight: part(load.maxInFlight) } : load,
        warmup: extentPart(warmup),
        window: extentPart(window),
      },
    };
  });
}

/**
 * A driver's own of so many arrivals, which all drivers have alike, by their numbers. Even ones go round, so that each has an
 * even calendar; of random ones each goes to a driver drawn for it, so that each has a Poisson calendar of its part of the
 * rate (Kingman, Poisson Processes, 1993, § 5.1). Together they are the calendar, whatever the number of drivers.
 */
export function arrivalsOf(
  count: number,
  { driver, drivers }: CalendarShare,
  { arrivals, seed }: { readonly arrivals: Arrivals; readonly seed: number },
): Uint32Array {
  const random = seededRandom(derivedSeed(seed, 'whose arrivals'));
  return Uint32Array.from({ length: count }, (_, number) => number).filter(
    (number) => (arrivals === 'constant' ? number % drivers : random.integer(drivers)) === driver,
  );
}

/**
 * The same scripts from one client at random instants, fifty a second at most and a twentieth of a load whose rate is
 * known: who comes at random sees the average of what there is to see (Wolff 1982). It ends when the drivers have ended.
 */
export function probeOf(scenario: Scenario): Scenario {
  const { load } = scenario;
  const most = load.kind === 'open' || load.kind === 'sessions' ? load.ratePerSec * MOST_OF_LOAD : PROBE_RATE;
  const ratePerSec: PerSecond = perSecond(Math.min(PROBE_RATE, most));
  return {
    ...scenario,
    clients: 1,
    load: { kind: 'open', arrivals: 'poisson', ratePerSec, maxInFlight: 1_000 },
    warmup: untilTold(scenario.warmup),
    window: untilTold(scenario.window),
  };
}

const untilTold = ({ timeNs, calls }: Extent): Extent => ({
  timeNs: calls === undefined ? timeNs : PROBE_LIMIT_NS,
  calls: undefined,
});
