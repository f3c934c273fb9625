/** What a reader must know of the networks that were emulated: how well, and what they were not. */
import { time, whole } from '../claims/quantity.ts';
import type { RelayCheck, RunRecord } from '../result/record.ts';
import { oneOfEachNetwork } from '../scenario/article-sides.ts';
import { networkWords } from '../scenario/network.ts';
import { isSameNetwork, type Variant } from '../scenario/variant.ts';
import type { Summary } from '../stats/summary.ts';

/** Whether any arm went over more than loopback. */
const hasNetwork = ({ arms }: Summary): boolean => arms.some(({ variant }) => variant.network !== 'lo');

/** One line for each network, and for loopback where that is all there was. */
export function networkLines(summary: Summary): readonly string[] {
  const { arms, record } = summary;
  if (arms.length === 0) return [];
  if (!hasNetwork(summary))
    return ['everything ran on loopback, without a network: what a network adds is in none of these numbers'];
  const emulated = oneOfEachNetwork(arms).filter(({ variant }) => variant.network !== 'lo');
  const some = arms.some(({ variant }) => variant.network === 'lo');
  return [
    ...emulated.map(({ variant }) => emulationLine(record, variant)),
    ...(some
      ? ['the other arms ran on loopback, without a network: what a network adds is in none of their numbers']
      : []),
  ];
}

function emulationLine(record: RunRecord, variant: Variant): string {
  const what = `${networkWords(variant.network)} is emulated by a ${variant.mechanism ?? 'mechanism unknown'}: half of it each way, no limit to its bandwidth, no slow start, no loss`;
  return `${what}; ${errorWords(checksOf(record, variant))}`;
}

/** Trial by trial, of all arms over the network. */
function checksOf({ plan, trials }: RunRecord, variant: Variant): readonly RelayCheck[] {
  const ids = new Set(plan.arms.filter((arm) => isSameNetwork(arm.variant, variant)).map(({ id }) => id));
  return trials.flatMap((trial) =>
    trial.status === 'completed' && trial.relay !== undefined && ids.has(trial.armId) ? [trial.relay] : [],
  );
}

function errorWords(checks: readonly RelayCheck[]): string {
  const added = checks.map(({ addedP50Ns }) => addedP50Ns).toSorted((a, b) => a - b);
  const [least, most] = [added[0], added.at(-1)];
  if (least === undefined || most === undefined) return 'what it adds of its own stands with the studies that used it';
  const middle = added[Math.floor((added.length - 1) / 2)] ?? least;
  const over = added.length === 1 ? '' : ` (${time(least)} to ${time(most)} over ${whole(added.length)} trials)`;
  return `by its own ping it adds ${time(middle)} to that${over}, which every number over it contains`;
}
