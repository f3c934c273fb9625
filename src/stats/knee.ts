/** What the steps of the study `knee` amount to. */
import type { StudyData } from '../result/study-data.ts';
import { median } from './order-statistics.ts';

type Data = StudyData['knee'];
type Probe = Data['probes'][number];

/** Of the repetitions of one arm in which a rate was sustained. */
export interface Knee {
  /** Median of the highest rates that were sustained. */
  readonly perSec: number;
  /** Lowest and highest rate between which the repetitions put it: from the lowest that was sustained to the highest that was not. */
  readonly lowPerSec: number;
  /** `null` where some repetition knows none. */
  readonly highPerSec: number | null;
}

/** `undefined` where nothing was sustained. */
export function kneeOf(steps: readonly Data[]): Knee | undefined {
  const lows = steps.flatMap(({ lowPerSec }) => lowPerSec ?? []);
  if (lows.length === 0) return undefined;
  const highs = steps.map(({ highPerSec }) => highPerSec ?? Infinity);
  const high = Math.max(...highs);
  return { perSec: median(lows), lowPerSec: Math.min(...lows), highPerSec: Number.isFinite(high) ? high : null };
}

/** One point of the curve: at a share of the knee, the median of the repetitions. */
export interface CurvePoint {
  /** Of the knee, 0 … 1. */
  readonly share: number;
  readonly valueNs: number;
}

const PERCENT = 100;

/** The probes that were made for it, by share, ascending; empty where the search was not confirmed. */
export function curveOf(steps: readonly Data[], read: (probe: Probe) => number | null): readonly CurvePoint[] {
  const byShare = new Map<number, number[]>();
  for (const { lowPerSec, probes } of steps) {
    for (const probe of probes.filter(({ purpose }) => purpose === 'curve')) {
      const value = read(probe);
      if (lowPerSec === null || value === null) continue;
      const share = Math.round((PERCENT * probe.ratePerSec) / lowPerSec) / PERCENT;
      byShare.set(share, [...(byShare.get(share) ?? []), value]);
    }
  }
  return [...byShare]
    .map(([share, values]): CurvePoint => ({ share, valueNs: median(values) }))
    .toSorted((a, b) => a.share - b.share);
}

/** How busy both ends were where the limit broke: in the probes of the lowest rate that was not sustained, 0 … 1. */
export function busyAtHigh(
  steps: readonly Data[],
): { readonly endpoint: number | null; readonly driver: number } | null {
  const probes = steps.flatMap(({ highPerSec, probes: all }) =>
    all.filter(({ ratePerSec, answer }) => ratePerSec === highPerSec && answer === 'not-ok'),
  );
  if (probes.length === 0) return null;
  const endpoint = probes.flatMap(({ endpointBusy }) => endpointBusy ?? []);
  return {
    endpoint: endpoint.length === 0 ? null : median(endpoint),
    driver: median(probes.map(({ driverBusy }) => driverBusy)),
  };
}
