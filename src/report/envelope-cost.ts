/** What of a call's cost is the protocol's revision, and what the transport: where both revisions of one transport ran. */
import { callCell, comparisonOf, estimateOf } from '../claims/evidence.ts';
import { plain, significant } from '../claims/quantity.ts';
import type { ArmPair } from '../stats/arm-pairs.ts';
import { baseOf, revisionPairs } from '../stats/arm-pairs.ts';
import type { CellSummary, MetricName, Summary } from '../stats/summary.ts';
import { NS_PER_US } from '../units.ts';
import type { Cells } from './columns.ts';

/** Differences, one row for each change of one thing. */
export interface EnvelopeTable {
  readonly heads: Cells;
  readonly groups: readonly { readonly what: string; readonly rows: readonly Cells[] }[];
}

const HEADS: Cells = ['JSON-RPC B', 'beyond B', 'p50 µs', 'endpoint CPU µs'];

/** How the differences are to be read. */
export const ENVELOPE_LEGEND =
  'What one choice adds to a call: bytes of its messages and bytes on the wire beyond them, up/down; microseconds with their intervals.';

/** Each revision over each transport, then those transports against the first arm under the same revision; `undefined` where no transport ran under two. */
export function envelopeTable(summary: Summary): EnvelopeTable | undefined {
  const pairs = revisionPairs(summary.arms);
  const revisions = pairs.map((pair) => ({
    what: `${pair.arm.variant.protocol} instead of ${pair.base.variant.protocol}, over`,
    rows: rowOf(summary, pair, pair.base.title),
  }));
  const bases = [...new Set(pairs.map(({ base }) => base))];
  const transports = bases.flatMap((arm) => {
    const first = baseOf(summary.arms, arm);
    return first === arm || first.variant.protocol !== arm.variant.protocol
      ? []
      : [
          {
            what: `instead of ${first.title}, both ${arm.variant.protocol}`,
            rows: rowOf(summary, { arm, base: first }, arm.title),
          },
        ];
  });
  const all = [...revisions, ...transports].filter(({ rows }) => rows.length > 0);
  const titles = [...new Set(all.map(({ what }) => what))];
  const groups = titles.map((what) => ({ what, rows: all.flatMap((one) => (one.what === what ? one.rows : [])) }));
  return groups.length === 0 ? undefined : { heads: HEADS, groups };
}

/** One row, or none where the two have no kind of call in common. */
function rowOf(summary: Summary, pair: ArmPair, title: string): readonly Cells[] {
  const cell = callCell(summary, [pair.arm.id, pair.base.id]);
  if (cell === undefined) return [];
  return [
    [
      title,
      bytesAdded(cell, pair, ['payload-up-per-message', 'payload-down-per-message']),
      bytesAdded(cell, pair, ['overhead-up-per-message', 'overhead-down-per-message']),
      added(cell, pair, { metric: 'response-time.p50', perMicrosecond: NS_PER_US }),
      added(cell, pair, { metric: 'endpoint-cpu-per-message', perMicrosecond: 1 }),
    ],
  ];
}

const NO_NUMBER = '–';

function bytesAdded(cell: CellSummary, { arm, base }: ArmPair, metrics: readonly MetricName[]): string {
  const differences = metrics.map((metric) => {
    const [after, before] = [estimateOf(cell, arm.id, metric), estimateOf(cell, base.id, metric)];
    return after === undefined || before === undefined ? undefined : after.value - before.value;
  });
  return differences.map((value) => (value === undefined ? NO_NUMBER : signed(value, plain))).join('/');
}

interface Amount {
  readonly metric: MetricName;
  readonly perMicrosecond: number;
}

/** From the base's median and the paired ratio, with the ratio's interval: a difference of two medians would not know which trials were neighbours. */
function added(cell: CellSummary, { arm, base }: ArmPair, { metric, perMicrosecond }: Amount): string {
  const from = estimateOf(cell, base.id, metric);
  const found = comparisonOf(cell, metric, { armId: arm.id, baseArmId: base.id });
  if (from === undefined || found === undefined) return NO_NUMBER;
  const of = (ratio: number): string => signed((from.value * (ratio - 1)) / perMicrosecond, significant);
  return found.pairs === 1 ? of(found.ratio) : `${of(found.ratio)} [${of(found.low95)} … ${of(found.high95)}]`;
}

/** With its sign, `±` where there is no difference. */
const signed = (value: number, say: (value: number) => string): string =>
  `${value === 0 ? '±' : value > 0 ? '+' : '−'}${say(Math.abs(value))}`;
