/** How several drivers divide a scenario's load among themselves, and what a probe beside them does. */
import { type PerSecond, perSecond, seconds } from '../units.ts';
import type { Extent, LoadModel, Scenario } from './scenario.ts';

/** Calls a second that a probe makes: enough for a median of a second or two, few enough to be nobody's load (Kaffes et al., SoCC 2019, keep to a few per cent). */
const PROBE_RATE = perSecond(50);
/** Of the load that it looks at. */
const MOST_OF_LOAD = 0.05;
/** A probe is told when to stop; it does not wait longer than this to be told. */
const PROBE_LIMIT_NS = seconds(600);

/** Why drivers cannot share the scenario; `undefined` where they can. */
export function indivisible({ clients, publish, load }: Scenario, drivers: number): string | undefined {
  if (publish.length > 0) return 'it publishes events, and one driver must see all receivers of an event';
  if (load.kind === 'none') return 'nothing is called in it';
  if (clients < drivers)
    return `it has ${clients} ${clients === 1 ? 'client' : 'clients'}, and each driver needs one; --clients sets them`;
  return undefined;
}

/** One driver's part of it. */
export interface Share {
  readonly scenario: Scenario;
  /** The number of its first client among those of all. */
  readonly firstClient: number;
}

/** Clients, rates, numbers of calls and the limit of what may be in flight, in parts that add up to the scenario's. */
export function divide(scenario: Scenario, drivers: number): readonly Share[] {
  const part = (total: number, index: number): number =>
    Math.floor((total * (index + 1)) / drivers) - Math.floor((total * index) / drivers);
  return Array.from({ length: drivers }, (_, index) => ({
    firstClient: Math.floor((scenario.clients * index) / drivers),
    scenario: {
      ...scenario,
      clients: part(scenario.clients, index),
      load: loadPart(scenario.load, drivers, (total) => part(total, index)),
      warmup: extentPart(scenario.warmup, (total) => part(total, index)),
      window: extentPart(scenario.window, (total) => part(total, index)),
    },
  }));
}

function loadPart(load: LoadModel, drivers: number, part: (total: number) => number): LoadModel {
  if (load.kind === 'none' || load.kind === 'closed') return load;
  // A driver that may have nothing in flight would drop everything.
  const maxInFlight = Math.max(1, part(load.maxInFlight));
  return { ...load, ratePerSec: perSecond(load.ratePerSec / drivers), maxInFlight };
}

const extentPart = (extent: Extent, part: (total: number) => number): Extent =>
  extent.calls === undefined ? extent : { ...extent, calls: Math.max(1, part(extent.calls)) };

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
