/** Claims sorted for reading: rows, prose that was measured, and what was not. */
import { armTitle } from '../claims/arms.ts';
import { type EvaluatedClaim, verdictWords } from '../claims/claim.ts';
import { sideOf } from '../scenario/article-sides.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Summary } from '../stats/summary.ts';
import type { Report } from './format.ts';
import { groupBy } from './group-by.ts';

type Row = Extract<EvaluatedClaim, { readonly kind: 'row' }>;
type Prose = Extract<EvaluatedClaim, { readonly kind: 'prose' }>;

/** The claims of a report by how they are shown. */
export interface SortedClaims {
  /** Every row but those whose scenario was not part of the run: of a suite all, of a single scenario those it is about. */
  readonly rows: readonly Row[];
  readonly measuredProse: readonly Prose[];
  /** What has no place above: rows and prose of which nothing can be said. */
  readonly unmeasured: readonly EvaluatedClaim[];
}

/** Sorts, keeping the order within each kind. */
export function sortClaims({ claims }: Report): SortedClaims {
  const rows = claims.filter((claim): claim is Row => claim.kind === 'row');
  const prose = claims.filter((claim): claim is Prose => claim.kind === 'prose');
  return {
    rows: rows.filter((claim) => !lacksScenario(claim)),
    measuredProse: prose.filter((claim) => !isUnmeasured(claim)),
    unmeasured: [...rows.filter(lacksScenario), ...prose.filter(isUnmeasured)],
  };
}

const isUnmeasured = ({ finding: { verdict } }: EvaluatedClaim): boolean => verdict.word === 'not measured';

const lacksScenario = ({ finding: { verdict } }: EvaluatedClaim): boolean =>
  verdict.word === 'not measured' && verdict.lacks === 'scenario';

/** Word, reason and, where it is not measured, what would answer it. */
export function verdictLines({ finding: { verdict } }: EvaluatedClaim): readonly string[] {
  const reason = verdict.because === '' ? [] : [verdict.because];
  return verdict.word === 'not measured'
    ? [verdictWords(verdict), ...reason, `would take: ${verdict.wouldAnswer}`]
    : [verdictWords(verdict), ...reason];
}

/** The reason on the same line as the word. */
export const verdictSentence = (claim: EvaluatedClaim): string => {
  const [word = '', ...reasons] = verdictLines(claim);
  return reasons.length === 0 ? word : `${word}: ${reasons.join('; ')}`;
};

/** The not-measured ones in a few sentences: those that lack a scenario with what they would take, the others by their reason. */
export function unmeasuredSentences(claims: readonly EvaluatedClaim[]): readonly string[] {
  const gaps = claims.flatMap(({ id, finding: { verdict } }) =>
    verdict.word === 'not measured' ? [{ id, verdict }] : [],
  );
  // Of a run that was not to answer the whole comparison, names are enough.
  const inFull = !claims.some((claim) => claim.kind === 'row' && lacksScenario(claim));
  const scenarios = gaps.filter(({ verdict }) => verdict.lacks === 'scenario');
  const names = scenarios
    .map(({ id, verdict }) => (inFull ? `${id} (${verdict.wouldAnswer})` : id))
    .join(inFull ? '; ' : ', ');
  const others = groupBy(
    gaps.filter(({ verdict }) => verdict.lacks !== 'scenario'),
    ({ verdict }) => verdict.because,
  );
  return [
    ...[...others].map(([because, group]) => `Not answered (${because}): ${group.map(({ id }) => id).join(', ')}.`),
    ...(scenarios.length === 0
      ? []
      : [
          inFull
            ? `Not answered for want of a scenario, and what it would take: ${names}.`
            : `Not asked in this run: ${names}.`,
        ]),
  ];
}

/** The lines measured on the arm that stands in a column of the comparison; empty without such an arm. */
export function measuredLines(claim: EvaluatedClaim, arm: Arm | undefined): readonly string[] {
  return arm === undefined ? [] : (claim.finding.measured[arm.id] ?? []);
}

/** The arms that stand in the comparison's two columns. */
export function columnArms(summary: Summary): { readonly sse: Arm | undefined; readonly websocket: Arm | undefined } {
  return { sse: sideOf(summary.arms, 'sse'), websocket: sideOf(summary.arms, 'websocket') };
}

/** Every arm that has no column of its own in the comparison. */
function otherArms(summary: Summary): readonly Arm[] {
  const { sse, websocket } = columnArms(summary);
  return summary.arms.filter((arm) => arm.id !== sse?.id && arm.id !== websocket?.id);
}

/** A measured claim's lines for every arm that has any. */
export const measuredByArm = (
  summary: Summary,
  claim: EvaluatedClaim,
): readonly { readonly arm: string; readonly text: string }[] =>
  Object.entries(claim.finding.measured).map(([armId, lines]) => ({
    arm: armTitle(summary, armId),
    text: lines.join('; '),
  }));

/** How many of the other arms stand side by side in one table. */
const OTHER_ARMS_PER_TABLE = 3;

/** The other arms' measurements, a few arms per table, each with the rows that say something about them; no table where none do. */
export function otherArmTables(
  summary: Summary,
  rows: readonly EvaluatedClaim[],
): readonly { readonly arms: readonly Arm[]; readonly rows: readonly EvaluatedClaim[] }[] {
  const others = otherArms(summary);
  const starts = others.map((_unused, index) => index).filter((index) => index % OTHER_ARMS_PER_TABLE === 0);
  return starts
    .map((start) => {
      const arms = others.slice(start, start + OTHER_ARMS_PER_TABLE);
      return { arms, rows: rows.filter((claim) => arms.some((arm) => measuredLines(claim, arm).length > 0)) };
    })
    .filter((table) => table.rows.length > 0);
}
