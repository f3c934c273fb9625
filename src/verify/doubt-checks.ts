/** Doubts against what they were drawn from, as far as that stands in the record. */
import { FOLLOWING, followingDoubts, type RecordedContext } from '../doubts/doubts-of.ts';
import { compareOnFile } from '../result/differences.ts';
import type { CallBooks, Doubt, Measurement } from '../result/record.ts';
import { equals, type Rule } from './contradiction.ts';

/** Drawn once more where all is known that they were drawn from; otherwise those that count what the books count are counted. */
export function doubtRules(measurement: Measurement, recorded: RecordedContext | undefined): readonly Rule[] {
  if (recorded === undefined) return countRules(measurement);
  const drawn = followingDoubts(measurement, recorded);
  return [...FOLLOWING].map((kind): Rule => {
    const [got, expected] = [measurement.doubts, drawn].map((doubts) => doubts.filter((doubt) => doubt.kind === kind));
    return {
      key: keyOf(kind),
      got: JSON.stringify(got),
      expected: `${JSON.stringify(expected)}, what follows from the measurement`,
      holds: compareOnFile(got, expected, []).differences.length === 0,
    };
  });
}

const keyOf = (kind: Doubt['kind']): string => `doubts (${kind})`;

function countRules({ calls, notifications, progress, team, doubts }: Measurement): readonly Rule[] {
  const said = (kind: Doubt['kind']): number =>
    doubts.reduce((sum, doubt) => sum + (doubt.kind === kind && 'count' in doubt ? doubt.count : 0), 0);
  const rule = (kind: Doubt['kind'], count: number): Rule => equals(keyOf(kind), said(kind), count, 'as in the books');
  const inAll = (read: (books: CallBooks) => number): number =>
    read(calls) + (team === undefined ? 0 : read(team.probe.calls));
  return [
    rule(
      'wrong-answers',
      inAll(({ wrong, misrouted, duplicated, unreadable }) => wrong + misrouted + duplicated + unreadable),
    ),
    rule(
      'errors',
      inAll(({ rejected, disconnected, timedOut, dropped }) => rejected + disconnected + timedOut + dropped),
    ),
    rule('lost-notifications', notifications.lost + progress.lost),
  ];
}
