/** How a claim is put to a study: its steps as they were found, then the rule. */
import type { StudyData } from '../result/study-data.ts';
import type { StudyName, Subject } from '../scenario/study.ts';
import { type StudyStep, studySteps } from '../stats/study-steps.ts';
import type { Summary } from '../stats/summary.ts';
import { sidesOf } from './arms.ts';
import { type Claim, type ClaimHead, type ClaimVerdict, type Finding, type Judgement, headOf } from './claim.ts';
import { withNote } from './verdict.ts';

/** A step that was measured. */
export interface MeasuredStep<D> extends Omit<StudyStep<D>, 'outcome'> {
  readonly data: D;
}

/** What a rule is handed: everything that was measured, from at least one step. */
export interface StudyEvidence<N extends StudyName> {
  readonly summary: Summary;
  readonly steps: readonly MeasuredStep<StudyData[N]>[];
  /** Those that were not, or failed. */
  readonly missing: readonly StudyStep<StudyData[N]>[];
}

/** What was seen, in one to three short lines for each of the two sides, and of whatever else was looked at, by its name for people. */
export interface StudyMeasured {
  readonly sse: readonly string[];
  readonly websocket: readonly string[];
  readonly others?: Readonly<Record<string, readonly string[]>>;
}

export type StudyClaimSpec<N extends StudyName> = ClaimHead & {
  readonly study: N;
  /** Only this scenario of the study, where several are the same study. */
  readonly scenario?: string;
  /** What would answer the claim, for when this run does not: the command to run. */
  readonly wouldAnswer: string;
  readonly measure: (evidence: StudyEvidence<N>) => StudyMeasured;
  /** `undefined` when what the rule needs is not among what was measured. */
  readonly judge: (evidence: StudyEvidence<N>) => Judgement | undefined;
};

/** Makes a claim of its parts. */
export const defineStudyClaim = <N extends StudyName>(spec: StudyClaimSpec<N>): Claim => ({
  ...headOf(spec),
  evaluate: (summary) => evaluate(spec, summary),
});

function evaluate<N extends StudyName>(spec: StudyClaimSpec<N>, summary: Summary): Finding {
  const all = studySteps(summary.record, spec.study, spec.scenario);
  const steps = all.flatMap(({ outcome, ...step }) =>
    outcome.status === 'measured' ? [{ ...step, data: outcome.data }] : [],
  );
  const missing = all.filter(({ outcome }) => outcome.status !== 'measured');
  if (steps.length === 0) return { measured: {}, cells: [], verdict: notMeasured(spec, missing, summary) };
  const evidence = { summary, steps, missing };
  return {
    measured: byColumn(spec.measure(evidence), summary),
    cells: [],
    verdict: withGaps(spec.judge(evidence), gapsOf(spec, evidence)) ?? notMeasured(spec, missing, summary),
  };
}

/** Subjects that the plan has and of which nothing is known, because their steps failed or the run did not get to them. */
interface Gaps {
  readonly unknown: number;
  readonly all: number;
}

function gapsOf<N extends StudyName>(
  { study, scenario }: StudyClaimSpec<N>,
  { summary: { record }, steps, missing }: StudyEvidence<N>,
): Gaps {
  const planned = record.plan.studies.filter((one) => one.study === study && (scenario ?? one.name) === one.name);
  const keyOf = (name: string, subject: Subject): string => JSON.stringify([name, subject]);
  // What a program would have to be installed for is said by the rule, where it matters.
  const lacking = missing.filter(({ outcome }) => outcome.status === 'not-measured');
  const known = new Set([...steps, ...lacking].map((step) => keyOf(step.scenario, step.subject)));
  const all = new Set(planned.flatMap(({ name, steps: own }) => own.map(({ subject }) => keyOf(name, subject))));
  return { unknown: [...all].filter((key) => !known.has(key)).length, all: all.size };
}

/** What nobody has seen may be what would have told: a verdict without conditions is none while something is unknown. */
function withGaps(judged: Judgement | undefined, { unknown, all }: Gaps): Judgement | undefined {
  if (judged === undefined || unknown === 0) return judged;
  const note = `undecided for ${unknown} of ${all} things to look at, which failed or were not reached`;
  return withNote({ word: 'depends', because: judged.because }, note);
}

/** The first reason that a step gives, since a program that one misses all miss. */
function notMeasured<N extends StudyName>(
  { study, scenario, wouldAnswer }: StudyClaimSpec<N>,
  missing: readonly StudyStep<StudyData[N]>[],
  { record }: Summary,
): ClaimVerdict {
  const word = 'not measured';
  const isPlanned = record.plan.studies.some(
    (planned) => planned.study === study && (scenario === undefined || planned.name === scenario),
  );
  if (missing.length === 0 && isPlanned)
    return { word, lacks: 'data', because: reasonWithoutGaps(record, study, scenario), wouldAnswer };
  if (missing.length === 0)
    return { word, lacks: 'scenario', because: `no ${scenario ?? study} scenario in this run`, wouldAnswer };
  for (const { outcome } of missing) {
    if (outcome.status === 'not-measured')
      return { word, lacks: 'data', because: outcome.because, wouldAnswer: outcome.wouldAnswer };
  }
  const [first] = missing;
  const because =
    first?.outcome.status === 'failed' ? `it failed: ${first.outcome.error}` : 'what the rule needs is missing';
  return { word, lacks: 'data', because, wouldAnswer };
}

/** A run that went to its end looked at something else. */
function reasonWithoutGaps(
  { plan, studies }: Summary['record'],
  study: StudyName,
  scenario: string | undefined,
): string {
  const isDone = plan.studies
    .filter((one) => one.study === study && (scenario ?? one.name) === one.name)
    .every(({ name, steps }) => studies.find((one) => one.name === name)?.steps.length === steps.length);
  return isDone
    ? 'what the rule needs is not among what the run was to look at'
    : 'the run did not get as far as what the rule needs';
}

/** In a finding, lines stand under the arm whose column they belong to. */
function byColumn({ sse, websocket, others = {} }: StudyMeasured, summary: Summary): Finding['measured'] {
  const sides = sidesOf(summary);
  const columns = { [sides?.sse.id ?? 'sse']: sse, [sides?.websocket.id ?? 'websocket']: websocket, ...others };
  return Object.fromEntries(Object.entries(columns).filter(([, lines]) => lines.length > 0));
}
