/** The same trial as several drivers went through it, as one trial. */
import type { ClockCheck, Measurement, RelayCheck, TrialResult } from '../result/record.ts';
import { nanoseconds } from '../units.ts';
import { mergeMeasurements } from './merge-measurements.ts';

type Completed = Extract<TrialResult, { readonly status: 'completed' }>;

/** Completed where it was completed everywhere. Throws a `PrecisionError` where distributions are not equally precise. */
export function mergeTrials(first: TrialResult, others: readonly TrialResult[]): TrialResult {
  const all = [first, ...others];
  const { index, block, armId, attempt } = first;
  const head = { index, block, armId, ...(attempt === undefined ? {} : { attempt }) };
  const measurements = mergeCells(first, others);
  const errors = all.flatMap((trial) => (trial.status === 'failed' ? [trial.error] : []));
  if (errors.length > 0) {
    const error = `at ${errors.length} of ${all.length} drivers: ${[...new Set(errors)].join('; ')}`;
    return { ...head, status: 'failed', error, measurements };
  }
  const completed = all.filter((trial): trial is Completed => trial.status === 'completed');
  return {
    ...head,
    status: 'completed',
    clock: mergeClocks(completed.map(({ clock }) => clock)),
    ...mergeRelayChecks(completed.flatMap(({ relay }) => relay ?? [])),
    measurements,
  };
}

/** The cells that every driver has measured. */
function mergeCells(first: TrialResult, others: readonly TrialResult[]): readonly Measurement[] {
  return first.measurements.flatMap((measurement) => {
    const same = others.flatMap(
      ({ measurements }) => measurements.find(({ cellId }) => cellId === measurement.cellId) ?? [],
    );
    return same.length < others.length ? [] : [mergeMeasurements(measurement, same)];
  });
}

/** Of at least one. Every driver's instants are compared with its own endpoint's: the clocks of different machines need not agree. */
export const mergeClocks = (clocks: readonly ClockCheck[]): ClockCheck => ({
  comparable: clocks.every(({ comparable }) => comparable),
  offsetLowNs: nanoseconds(Math.min(...clocks.map(({ offsetLowNs }) => offsetLowNs))),
  offsetHighNs: nanoseconds(Math.max(...clocks.map(({ offsetHighNs }) => offsetHighNs))),
  evidence: [...new Set(clocks.map(({ evidence }) => evidence))].join('; '),
});

/** The relay that was furthest off stands for all of them. */
function mergeRelayChecks(checks: readonly RelayCheck[]): Pick<Completed, 'relay'> {
  const [worst] = checks.toSorted((a, b) => Math.abs(b.addedP50Ns) - Math.abs(a.addedP50Ns));
  return worst === undefined ? {} : { relay: { ...worst, pings: checks.reduce((sum, { pings }) => sum + pings, 0) } };
}
