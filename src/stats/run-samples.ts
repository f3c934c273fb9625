/** What one run has to be compared by with another: every metric of every arm in every cell, one value per trial. */
import type { Control, RunRecord } from '../result/record.ts';
import type { BaselineValues } from '../scenario/gate.ts';
import { METRIC_NAMES, METRIC_UNITS, type MetricName } from '../scenario/metric.ts';
import { isPlanned, type Arm } from '../scenario/plan.ts';
import type { Cell } from '../scenario/scenario.ts';
import { isCounted } from './counted.ts';
import { trialValues } from './trial-values.ts';

export interface SampleChoice {
  readonly cellIds: readonly string[];
  readonly armIds: readonly string[];
  /** Whether times are divided by the control of their block; what cannot be, and is no count, is then left out. */
  readonly normalised: boolean;
}

/** In the order of the plan. What some trial lacks is left out: those that have it may be the quick ones. */
export const samplesOf = (
  record: RunRecord,
  { cellIds, armIds, normalised }: SampleChoice,
): readonly BaselineValues[] =>
  record.plan.cells
    .filter(({ id }) => cellIds.includes(id))
    .flatMap((cell) =>
      record.plan.arms
        .filter(({ id }) => armIds.includes(id) && isPlanned(record.plan, id, cell.id))
        .flatMap((arm) => METRIC_NAMES.flatMap((metric) => sampleOf(record, { cell, arm, metric, normalised }))),
    );

interface Asked {
  readonly cell: Cell;
  readonly arm: Arm;
  readonly metric: MetricName;
  readonly normalised: boolean;
}

function sampleOf(record: RunRecord, { cell, arm, metric, normalised }: Asked): readonly BaselineValues[] {
  const { values: found, lacking, invalid } = trialValues(record, arm.id, cell.id, metric);
  if (lacking > 0 || invalid > 0) return [];
  const values = found.flatMap(({ block, attempt, value }): readonly number[] => {
    if (!normalised || isCounted(metric)) return [value];
    if (!isOfTheMachine(metric, cell, arm)) return [];
    const control = record.controls?.find((one) => one.block === block && one.attempt === attempt);
    return control === undefined ? [] : (inControls(value, metric, control) ?? []);
  });
  return values.length === 0 ? [] : [{ cellId: cell.id, armId: arm.id, metric, values }];
}

/** How many of the control's exchanges something takes, or how many there are in the time that one takes. */
function inControls(value: number, metric: MetricName, { p50Ns, cpuUs }: Control): readonly number[] | undefined {
  if (!(p50Ns > 0 && cpuUs > 0)) return undefined;
  switch (METRIC_UNITS[metric]) {
    case 'ns':
      return [value / p50Ns];
    case 'us':
      return [value / cpuUs];
    case 'per-second':
      return [(value * p50Ns) / 1e9];
    case 'bytes':
    case 'share':
    case 'count':
      return undefined;
  }
}

/** Whether a faster machine makes it faster: not where a network, a tool, a thought or a calendar says how long it takes. */
const isOfTheMachine = (metric: MetricName, { scenario }: Cell, { variant }: Arm): boolean =>
  variant.network === 'lo' &&
  (METRIC_UNITS[metric] !== 'per-second' || (metric === 'rate' && scenario.load.kind === 'closed')) &&
  !scenario.scripts.some(({ steps }) =>
    steps.some((step) => step.kind === 'think' || step.kind === 'wait' || (step.kind === 'call' && step.delayNs > 0)),
  );
