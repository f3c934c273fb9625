/** Whether several drivers saw the same: before their histograms are added, for afterwards nobody can tell (Treadmill, ISCA 2016). */
import { areApart, type QuantileInterval, quantileInterval } from '../measure/quantile-interval.ts';
import type { Distribution, Doubt, Measurement, Team } from '../result/record.ts';

/** By what share what one of them saw may exceed what another one saw. */
export const AGREEMENT_LIMIT = 0.1;
/** Drivers with fewer samples have no say. */
const FEWEST = 5;

type Metric = Extract<Doubt, { readonly kind: 'drivers-disagree' }>['metric'];

/** Of one trial and cell in several runs: nothing, or the one doubt. Medians of response time, and without calls of delivery. */
export function runsDisagree(runs: readonly Measurement[]): readonly Doubt[] {
  return runs.some(({ calls }) => calls.due > 0)
    ? disagreement(
        'response-time.p50',
        runs.map(({ responseTime }) => responseTime),
      )
    : disagreement(
        'delivery.p50',
        runs.filter(hasComparableClocks).map(({ delivery }) => delivery),
      );
}

/** Of the drivers of one trial. */
export const driversDisagree = ({ drivers }: Team): readonly Doubt[] =>
  disagreement(
    'service-time.p50',
    drivers.map(({ serviceTime }) => serviceTime),
  );

const hasComparableClocks = ({ doubts }: Measurement): boolean =>
  !doubts.some(({ kind }) => kind === 'clock-not-comparable');

/** The smallest median and the largest, where chance does not explain how far they are apart. */
function disagreement(metric: Metric, seen: readonly Distribution[]): readonly Doubt[] {
  const medians = seen
    .filter(({ count }) => count >= FEWEST)
    .map((distribution) => quantileInterval(distribution, 0.5))
    .toSorted(({ valueNs: a }, { valueNs: b }) => a - b);
  const [least, most]: readonly (QuantileInterval | undefined)[] = [medians[0], medians.at(-1)];
  if (least === undefined || most === undefined || !areApart(least, most, AGREEMENT_LIMIT)) return [];
  return [{ kind: 'drivers-disagree', metric, leastNs: least.valueNs, mostNs: most.valueNs, limit: AGREEMENT_LIMIT }];
}
