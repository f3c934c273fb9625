/** What a scenario file's limits are about: the file's own scenario, or one of its cells. */
import type { ScenarioDraft } from './draft.ts';
import { hasMetric, whyWithout } from './metric-scope.ts';
import type { Problem } from './scenario-error.ts';
import { ThresholdError, type ThresholdWords } from './threshold.ts';
import { quickDraft, type Variation, variationsOf } from './variations.ts';
import { quote } from './wording.ts';

/** The words with the scenario before them, where they do not name it or a cell of it themselves. */
export function withScenario(words: ThresholdWords, { name }: Pick<ScenarioDraft, 'name'>): ThresholdWords {
  const [first] = words.subjects;
  return first !== undefined && isOwn(first, name) ? words : { ...words, subjects: [name, ...words.subjects] };
}

const isOwn = (word: string, name: string): boolean => word === name || word.startsWith(`${name}[`);

/** The limits that could be about nothing in this file, whichever arms are measured. */
export const thresholdProblems = (draft: ScenarioDraft): Problem[] =>
  (draft.thresholds ?? []).flatMap((words, at) => {
    const wrong = problemOf(words, draft);
    return wrong === undefined ? [] : [{ place: ['thresholds', at], message: wrong.message }];
  });

function problemOf(words: ThresholdWords, draft: ScenarioDraft): ThresholdError | undefined {
  const { metric, subjects } = withScenario(words, draft);
  const [subject = draft.name, arm, ...more] = subjects;
  if (more.length > 0) {
    return new ThresholdError(`scenario ${quote(arm ?? '')}`, `this file's own, ${quote(draft.name)}, or only an arm`);
  }
  const cells = cellsOf(draft).filter(({ id }) => subject === draft.name || subject === id);
  if (cells.length === 0) {
    const ids = [...new Set(cellsOf(draft).map(({ id }) => id))];
    return new ThresholdError(`cell ${quote(subject)}`, `one of this scenario, ${ids.join(', ')}`);
  }
  if (cells.some((cell) => hasMetric(cell.draft, metric))) return undefined;
  return new ThresholdError(`${metric} of ${quote(subject)}`, `a metric that it has: ${whyWithout(metric)}`);
}

/** In full and in quick. */
const cellsOf = (draft: ScenarioDraft): readonly (Variation & { readonly id: string })[] =>
  [draft, quickDraft(draft)].flatMap(variationsOf).map((variation) => ({
    ...variation,
    id: variation.level === '' ? draft.name : `${draft.name}[${variation.level}]`,
  }));
