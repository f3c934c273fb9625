/**
 * What one direction does to the other: the times of a cell in which clients call while events are pushed to them,
 * divided by those of the cell that is the same but for the other direction. Both cells are of one trial, so that what
 * the trial had for a machine, a seed and a calendar is in both.
 */
import type { Measurement, RunRecord } from '../result/record.ts';
import type { Arm } from '../scenario/plan.ts';
import { type Direction, DIRECTIONS, hasBoth } from '../scenario/directions.ts';
import type { Cell, Scenario } from '../scenario/scenario.ts';
import { pairsToCompare } from './arm-pairs.ts';
import { compareArms, type Pair, ratioOfPairs } from './compare.ts';
import { METRICS } from './metrics.ts';
import { runsOf, validOf } from './runs.ts';
import type { Inflation, Interference, MetricName } from './summary.ts';

const TIMES: Readonly<Record<Direction, readonly MetricName[]>> = {
  calls: ['response-time.p50', 'response-time.p99'],
  pushes: ['delivery.p50', 'delivery.p99'],
};

/** Of every cell with both directions that has its counterparts in the plan. */
export const interferencesOf = (record: RunRecord, arms: readonly Arm[]): readonly Interference[] =>
  record.plan.cells
    .filter(({ scenario }) => hasBoth(scenario))
    .flatMap((both) =>
      DIRECTIONS.flatMap((direction) => {
        const alone = record.plan.cells.find((cell) => isSame(cell.scenario, onlyOf(both.scenario, direction)));
        return alone === undefined
          ? []
          : TIMES[direction].map((metric) => interference(record, arms, { direction, both, alone, metric }));
      }),
    );

const onlyOf = (scenario: Scenario, direction: Direction): Scenario =>
  direction === 'calls' ? { ...scenario, publish: [] } : { ...scenario, load: { kind: 'none' }, scripts: [] };

const KEYS = ['name', 'clients', 'scripts', 'load', 'publish', 'warmup', 'window', 'timeoutNs', 'stall'] as const;

const isSame = (one: Scenario, other: Scenario): boolean =>
  KEYS.every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]));

interface Asked {
  readonly direction: Direction;
  readonly both: Cell;
  readonly alone: Cell;
  readonly metric: MetricName;
}

/** One trial's times with both directions and with one. */
interface Times extends Pair {
  readonly block: number;
}

function interference(record: RunRecord, arms: readonly Arm[], asked: Asked): Interference {
  const { direction, both, alone, metric } = asked;
  const { higherIsBetter, margin } = METRICS[metric];
  const options = { metric, higherIsBetter, margin };
  const columns = arms.map((arm) => ({ armId: arm.id, times: timesOf(record, arm, asked) }));
  const timesFor = ({ id }: Arm): readonly Times[] => columns.find(({ armId }) => armId === id)?.times ?? [];
  return {
    direction,
    scenario: both.scenario.name,
    cellId: both.id,
    aloneCellId: alone.id,
    metric,
    inflations: columns.flatMap(({ armId, times }): readonly Inflation[] => {
      const ratio = ratioOfPairs({ ...options, pairs: times });
      return ratio === undefined ? [] : [{ ...ratio, armId }];
    }),
    comparisons: pairsToCompare(arms).flatMap(({ arm, base }) => {
      const pairs = inBothArms(timesFor(arm), timesFor(base));
      return compareArms({ ...options, pairs, armId: arm.id, baseArmId: base.id }) ?? [];
    }),
  };
}

/** Trial by trial; none at all where a trial has too few samples for one of the two, as for every quantile. */
function timesOf(record: RunRecord, arm: Arm, { both, alone, metric }: Asked): readonly Times[] {
  const { valueOf } = METRICS[metric];
  const measuredIn = (cell: Cell): ReadonlyMap<number, Measurement> =>
    new Map(validOf(runsOf(record, arm, cell)).map(({ block, measurement }) => [block, measurement]));
  const ofAlone = measuredIn(alone);
  const found = [...measuredIn(both)].flatMap(([block, measurement]) => {
    const other = ofAlone.get(block);
    return other === undefined ? [] : [{ block, arm: valueOf(measurement), base: valueOf(other) }];
  });
  const whole = found.filter((one): one is Times => one.arm !== undefined && one.base !== undefined);
  return whole.length === found.length ? whole : [];
}

/** The inflations of the blocks in which both arms have one. */
const inBothArms = (arm: readonly Times[], base: readonly Times[]): readonly Pair[] =>
  arm.flatMap((one) => {
    const other = base.find(({ block }) => block === one.block);
    return other === undefined ? [] : [{ arm: one.arm / one.base, base: other.arm / other.base }];
  });
