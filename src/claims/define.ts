/** The one mechanism by which every claim is put to a run: what is needed, what was seen, then the rule. */
import type { ArmFacts } from '../result/record.ts';
import { pairsByClient } from '../scenario/article-sides.ts';
import type { Arm } from '../scenario/plan.ts';
import type { ClientStack } from '../scenario/variant.ts';
import type { CellSummary, Estimate, MetricName, Summary } from '../stats/summary.ts';
import { missingSides, type Sides, sidesOf } from './arms.ts';
import { type Claim, type ClaimHead, type ClaimVerdict, type Finding, type Judgement, headOf } from './claim.ts';
import { cellsOf, estimateOf, estimatesOf, factsOf, whyNoEstimate } from './evidence.ts';
import { percent } from './quantity.ts';
import { USUAL_COVERAGE, withNote } from './verdict.ts';

/** A scenario that a claim rests on, with the metrics that both sides must have of it in at least one cell. */
export interface Need {
  readonly scenario: string;
  readonly metrics: readonly MetricName[];
}

/** What a rule is handed once everything it needs is there. */
export interface Evidence extends Sides {
  readonly summary: Summary;
  /** The cells of a scenario; empty if the run does not hold it. */
  readonly cells: (scenario: string) => readonly CellSummary[];
}

/** A rule that looks at probe sessions is handed both sides' facts as well. */
export interface FactEvidence extends Evidence {
  readonly facts: { readonly sse: ArmFacts; readonly websocket: ArmFacts };
}

interface SpecBase {
  /** Whether the verdict may be another through another client stack: it is then judged through each that both sides ran through. */
  readonly byClient?: boolean;
  readonly needs: readonly Need[];
  /** What would answer the claim, for when this run does not. */
  readonly wouldAnswer: string;
  /** What was seen of one arm, in one to three short lines; empty when nothing was. */
  readonly measure: (summary: Summary, arm: Arm) => readonly string[];
}

/** Everything that makes a claim, by what its rule looks at. */
export type ClaimSpec = ClaimHead &
  SpecBase &
  (
    | { readonly looksAt: 'cells'; readonly judge: (evidence: Evidence) => Judgement }
    | { readonly looksAt: 'facts'; readonly judge: (evidence: FactEvidence) => Judgement }
  );

/** Makes a claim of its parts. */
export const defineClaim = (spec: ClaimSpec): Claim => ({
  ...headOf(spec),
  evaluate: (summary) => evaluate(spec, summary),
});

function evaluate(spec: ClaimSpec, summary: Summary): Finding {
  const lines = summary.arms.map((arm) => [arm.id, spec.measure(summary, arm)] as const);
  return {
    measured: Object.fromEntries(lines.filter(([, seen]) => seen.length > 0)),
    cells: spec.needs.flatMap(({ scenario }) => cellsOf(summary, scenario).map(({ cell }) => cell.id)),
    verdict: spec.byClient === true ? verdictByClient(spec, summary) : verdictFor(spec, summary),
  };
}

const THROUGH: Readonly<Record<ClientStack, string>> = {
  lean: 'lean clients',
  stock: 'stock libraries',
  sdk: 'the official SDK',
};

/** The same word through every client stack, or it depends on the stack, each with its numbers. */
function verdictByClient(spec: ClaimSpec, summary: Summary): ClaimVerdict {
  const verdicts = pairsByClient(summary.arms).map(({ client }) => ({
    through: THROUGH[client],
    verdict: verdictFor(spec, { ...summary, arms: summary.arms.filter(({ variant }) => variant.client === client) }),
  }));
  const [first, ...others] = verdicts;
  if (first === undefined || others.length === 0) return verdictFor(spec, summary);
  const judged = verdicts.flatMap(({ through, verdict }) =>
    verdict.word === 'not measured' ? [] : [{ through, verdict }],
  );
  const [one, ...more] = judged;
  if (one === undefined || more.length === 0) return one?.verdict ?? first.verdict;
  const said = judged
    .map(({ through, verdict }) => `${verdict.word} through ${through} (${verdict.because})`)
    .join('; ');
  return more.every(({ verdict }) => verdict.word === one.verdict.word)
    ? withNote(one.verdict, `the same word through ${more.map(({ through }) => through).join(' and ')}`)
    : { word: 'depends', because: `on the client stack: ${said}` };
}

type Lack = Extract<ClaimVerdict, { readonly word: 'not measured' }>['lacks'];

function verdictFor(spec: ClaimSpec, summary: Summary): ClaimVerdict {
  const { needs, wouldAnswer } = spec;
  const notMeasured = (lacks: Lack, because: string): ClaimVerdict => ({
    word: 'not measured',
    lacks,
    because,
    wouldAnswer,
  });
  const notHeld = whyNotHeld(needs, summary);
  if (notHeld !== undefined) return notMeasured('scenario', notHeld);
  // Arms are probed before trials, and a run of studies has none.
  if (isOfStudiesAlone(summary)) return notMeasured('scenario', 'no workload in this run');
  const sides = sidesOf(summary);
  if (sides === undefined) return notMeasured('side', missingSides(summary));
  // What the probe saw is a fact, but no run of anything: a verdict would look like a measurement.
  if (summary.completedTrials === 0) return notMeasured('data', 'no trial of this run was completed');
  const gap = whyNoData(needs, summary, sides);
  if (gap !== undefined) return notMeasured('data', gap);
  const evidence: Evidence = { ...sides, summary, cells: (scenario) => cellsOf(summary, scenario) };
  const judgement = spec.looksAt === 'facts' ? judgeFacts(spec.judge, evidence) : spec.judge(evidence);
  if (judgement === undefined) return notMeasured('data', 'no probe session was recorded for one of the two');
  return withNote(judgement, coverageNote(needs, evidence));
}

const isOfStudiesAlone = ({ record: { plan } }: Summary): boolean =>
  plan.studies.length > 0 && plan.trials.length === 0;

function judgeFacts(judge: (evidence: FactEvidence) => Judgement, evidence: Evidence): Judgement | undefined {
  const sse = factsOf(evidence.summary, evidence.sse.id);
  const websocket = factsOf(evidence.summary, evidence.websocket.id);
  if (sse === undefined || websocket === undefined) return undefined;
  return judge({ ...evidence, facts: { sse, websocket } });
}

/** Which scenarios the record does not hold, in words; `undefined` when it holds them all. */
function whyNotHeld(needs: readonly Need[], summary: Summary): string | undefined {
  const missing = needs
    .filter(({ scenario }) => cellsOf(summary, scenario).length === 0)
    .map(({ scenario }) => scenario);
  return missing.length === 0 ? undefined : `no ${missing.join(', no ')} scenario in this run`;
}

/** Which needed metric a side does not have in any cell, in words; `undefined` when all are there. */
function whyNoData(needs: readonly Need[], summary: Summary, sides: Sides): string | undefined {
  for (const { scenario, metrics } of needs) {
    const cells = cellsOf(summary, scenario);
    for (const metric of metrics) {
      for (const arm of [sides.sse, sides.websocket]) {
        const [first] = cells;
        if (first !== undefined && estimatesOf(cells, arm.id, metric).length === 0)
          return whyNoEstimate(summary, first, arm.id, metric);
      }
    }
  }
  return undefined;
}

/** Says so when the trials were too few for a 95 % interval. */
function coverageNote(needs: readonly Need[], evidence: Evidence): string {
  const used = needs.flatMap((need) => estimatesBehind(need, evidence));
  const [weakest] = used.toSorted((a, b) => a.coverage - b.coverage);
  if (weakest === undefined || weakest.coverage >= USUAL_COVERAGE) return '';
  const trials = weakest.values.length;
  return trials === 1
    ? 'one trial only, so no interval'
    : `only ${String(trials)} trials: ${percent(weakest.coverage)} intervals`;
}

const estimatesBehind = ({ scenario, metrics }: Need, evidence: Evidence): readonly Estimate[] =>
  evidence
    .cells(scenario)
    .flatMap((cell) =>
      metrics.flatMap((metric) =>
        [evidence.sse, evidence.websocket].flatMap((arm) => estimateOf(cell, arm.id, metric) ?? []),
      ),
    );
