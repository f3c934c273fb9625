/** What a run has seen of hops, put so that a claim can ask: by side, by hop, over repetitions. */
import { sideOf } from '../scenario/article-sides.ts';
import { HOPS, type HopName, hopKind } from '../scenario/studies/proxies.ts';
import type { StudyData } from '../result/study-data.ts';
import { agreed, type HopOutcomes, hopOutcomes, passesThrough } from '../stats/hop-outcomes.ts';
import type { StudyEvidence } from './define-study.ts';
import type { Truth } from './verdict.ts';

export type Evidence = StudyEvidence<'proxies'>;
export type Passes = (outcomes: HopOutcomes) => boolean;
/** By the transport that stands for it. */
export type Side = 'sse' | 'websocket';
/** Whether something holds; `undefined` where the repetitions do not agree. */
type Seen = Truth | 'not measured';

/** Whether all repetitions passed, or none; `undefined` where they do not agree. */
export function truthOf(evidence: Evidence, side: Side, hop: HopName, passes: Passes): Seen {
  const seen = dataOf(evidence, side, hop);
  return seen.length === 0 ? 'not measured' : agreed(seen.map(({ data }) => passes(hopOutcomes(data))));
}

interface SeenStep {
  readonly hop: HopName;
  readonly data: StudyData['proxies'];
}

/** Of the study's own first arm of this side. */
export function dataOf({ summary, steps }: Evidence, side: Side, hop?: HopName): readonly SeenStep[] {
  return steps.flatMap(({ scenario, subject, data }) => {
    const arms = summary.record.plan.studies.find(({ name }) => name === scenario)?.arms ?? [];
    const name = subject['hop'];
    const isAsked = hop === undefined ? hopKind(name) !== undefined : name === hop;
    return isAsked && subject['arm'] === sideOf(arms, side)?.id ? [{ hop: name as HopName, data }] : [];
  });
}

/** Every hop that both sides were measured through, or failed to be, in the order of the table. */
export const hopsOfBoth = (evidence: Evidence): readonly HopName[] =>
  (Object.keys(HOPS) as HopName[]).filter((hop) =>
    (['sse', 'websocket'] as const).every(
      (side) => dataOf(evidence, side, hop).length > 0 || hasFailed(evidence, side, hop),
    ),
  );

/** Whether a step failed that was to look at it: nothing is known of it then, and it counts all the same. */
const hasFailed = ({ summary, missing }: Evidence, side: Side, hop: HopName): boolean =>
  missing.some(({ scenario, subject, outcome }) => {
    const arms = summary.record.plan.studies.find(({ name }) => name === scenario)?.arms ?? [];
    return outcome.status === 'failed' && subject['hop'] === hop && subject['arm'] === sideOf(arms, side)?.id;
  });

/** What could not be looked at, and why. */
export function missingNote({ missing }: Evidence): string {
  const reasons = missing.flatMap(({ outcome }) => (outcome.status === 'not-measured' ? [outcome.because] : []));
  return [...new Set(reasons)].toSorted().join(', ');
}

/** One program, as it comes and tuned. */
export interface Pair {
  readonly program: string;
  readonly bare: HopName;
  readonly tuned: HopName;
}

export const PAIRS: readonly Pair[] = [
  { program: 'nginx', bare: 'nginx-bare', tuned: 'nginx-tuned' },
  { program: 'HAProxy', bare: 'haproxy-bare', tuned: 'haproxy-tuned' },
];

/** Nothing is held back, and a silence longer than the hop's patience is survived without heartbeats. */
export const isWholeInSilence: Passes = (outcomes) => passesThrough(outcomes) && outcomes.silent === 'pass';

/** Lines that it takes beyond the bare default until all is whole: none where that does; `undefined` where tuning does not help. */
export function configuration(
  evidence: Evidence,
  side: Side,
  bare: HopName,
  tuned: HopName,
): number | undefined | 'not measured' {
  const asItComes = truthOf(evidence, side, bare, isWholeInSilence);
  if (asItComes === true) return 0;
  const withLines = truthOf(evidence, side, tuned, isWholeInSilence);
  if (asItComes === 'not measured' || withLines === 'not measured') return 'not measured';
  if (withLines !== true) return undefined;
  return agreed(dataOf(evidence, side, tuned).map(({ data }) => data.addedLines.length));
}

/** For each program that was looked at, the lines that it takes. */
export const linesNeeded = (evidence: Evidence, side: Side): readonly string[] => {
  const needs = PAIRS.flatMap(({ program, bare, tuned }) => {
    const lines = configuration(evidence, side, bare, tuned);
    if (lines === 'not measured') return [];
    return [`${program} ${lines === undefined ? 'not even tuned' : lines}`];
  });
  return needs.length === 0 ? [] : [`lines to add: ${needs.join(', ')}`];
};
