/** From zod's issues, worded as `fields.ts` says, to sentences about the file. */
import type { z } from 'zod';
import { didYouMean, nearest } from './nearest.ts';
import { type Place, placeText, type Problem } from './scenario-error.ts';
import { STEP_HEADS } from './step-schema.ts';
import { describeValue, quote } from './wording.ts';

type Issue = z.core.$ZodIssue;

/** One problem for each thing that is wrong; `root` is the value that was checked. */
export function explainIssues(issues: readonly Issue[], root: unknown): Problem[] {
  const problems = issues.flatMap((issue) => explain(issue, { root, outer: [] }));
  return problems.filter((problem) => !problem.isMissing || !problems.some((other) => isSlipOf(other, problem)));
}

/** A problem with what is needed to see that another one follows from it. */
interface Explained extends Problem {
  readonly isMissing?: boolean;
}

/** A key that is missing because it is there, misspelt, is no second mistake. */
function isSlipOf({ place, key }: Explained, missing: Explained): boolean {
  if (key === undefined || placeText(place) !== placeText(missing.place.slice(0, -1))) return false;
  return nearest(key, [String(missing.place.at(-1))]) !== undefined;
}

interface Context {
  readonly root: unknown;
  /** Where the issue's own path begins. */
  readonly outer: Place;
}

function explain(issue: Issue, { root, outer }: Context): Explained[] {
  const place = [...outer, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, place);
  const found = valueAt(root, place);
  if (issue.code === 'invalid_union') {
    const meant = meantAlternative(issue, { place, found });
    if (meant.length > 0) return meant.flatMap((inner) => explain(inner, { root, outer: place }));
    const head = misspeltHead(place, found);
    if (head !== undefined) return [head];
  }
  const message = `${gotText(issue, found)}, expected ${issue.message}${suggestion(issue, found)}`;
  return [{ place, message, isMissing: found === undefined }];
}

function gotText(issue: Issue, found: unknown): string {
  if (found === undefined) return 'missing';
  const own: unknown = issue.code === 'custom' ? issue.params?.['got'] : undefined;
  return `got ${typeof own === 'string' ? own : describeValue(found)}`;
}

function suggestion(issue: Issue, found: unknown): string {
  if (typeof found !== 'string') return '';
  if (issue.code === 'invalid_value') return didYouMean(found, issue.values.map(String));
  if (issue.code === 'invalid_union' && issue.inclusive !== false)
    return didYouMean(found, (issue.options ?? []).map(String));
  return '';
}

function unknownKeys(issue: Extract<Issue, { code: 'unrecognized_keys' }>, place: Place): Problem[] {
  const known = issue.message.split(', ');
  return issue.keys.map((key) => ({
    place,
    key,
    message: `unknown key ${quote(key)}${didYouMean(key, known) || `; the keys here are ${issue.message}`}`,
  }));
}

interface At {
  readonly place: Place;
  readonly found: unknown;
}

/** The issues of the alternative that the author had in mind: the step that the mapping's key names, or else the first of the right kind. */
function meantAlternative(issue: Extract<Issue, { code: 'invalid_union' }>, { place, found }: At): readonly Issue[] {
  if (isStep(place) && isMapping(found)) {
    const head = STEP_HEADS.findIndex((key) => Object.hasOwn(found, key));
    return issue.errors[head] ?? [];
  }
  return issue.errors.find((issues) => !issues.some(isWrongKind)) ?? [];
}

/** The alternative is for another kind of value altogether: a text where a mapping stands. */
const isWrongKind = (issue: Issue): boolean =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

function misspeltHead(place: Place, found: unknown): Problem | undefined {
  if (!isStep(place) || !isMapping(found)) return undefined;
  for (const key of Object.keys(found)) {
    const meant = didYouMean(key, STEP_HEADS);
    if (meant !== '') return { place, key, message: `unknown key ${quote(key)}${meant}` };
  }
  return undefined;
}

const isStep = (place: Place): boolean => place.at(-2) === 'steps' && typeof place.at(-1) === 'number';

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function valueAt(root: unknown, place: Place): unknown {
  let value = root;
  for (const part of place) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}
