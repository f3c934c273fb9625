/** From a file's text to a scenario, or to everything that is wrong with it. */
import { inconsistencies } from './consistency.ts';
import type { FileThreshold, ParsedScenario, ScenarioDraft } from './draft.ts';
import { explainIssues } from './explain.ts';
import { thresholdProblems, withScenario } from './file-thresholds.ts';
import { misfits } from './misfits.ts';
import { type Problem, problemText, ScenarioError } from './scenario-error.ts';
import { scenarioSchema } from './schema.ts';
import { type StudyDraft, studySchema } from './study-schema.ts';
import { quickDraft, variationsOf } from './variations.ts';
import { escapeUnprintable } from './wording.ts';
import { type Position, readYaml, type YamlSource } from './yaml-source.ts';

/** A file with more mistakes than this is something else than a scenario. */
const MAX_PROBLEMS = 50;

/** What a scenario's file may hold: a workload, or a study with a procedure of its own. */
export type ParsedFile = ({ readonly kind: 'workload' } & ParsedScenario) | ({ readonly kind: 'study' } & ParsedStudy);

/** A study's file that was found to make sense, and where it came from. */
export interface ParsedStudy {
  /** As it was given, for messages. */
  readonly path: string;
  readonly draft: StudyDraft;
}

/**
 * Reads YAML (or JSON, which is YAML); `path` is for messages only. Throws a {@link ScenarioError} with every problem as
 * `path:line:column: place: got …, expected …`: first those of single values, and once there are none, those between values.
 * A file that names a `study` is one.
 */
export function parseFile(text: string, path: string): ParsedFile {
  const shownPath = escapeUnprintable(path);
  const source = readYaml(text, shownPath);
  return Object.hasOwn(source.value as object, 'study')
    ? { kind: 'study', ...parseStudy(source, { path, shownPath }) }
    : { kind: 'workload', ...parseWorkload(source, { path, shownPath }) };
}

/** As `parseFile`, where only a workload will do. */
export function parseScenario(text: string, path: string): ParsedScenario {
  const shownPath = escapeUnprintable(path);
  return parseWorkload(readYaml(text, shownPath), { path, shownPath });
}

interface Paths {
  /** As it was given. */
  readonly path: string;
  /** As it may be printed. */
  readonly shownPath: string;
}

function parseStudy(source: YamlSource, { path, shownPath }: Paths): ParsedStudy {
  const { success, data, error } = studySchema.safeParse(source.value);
  if (!success) throw errorAt(source, { path: shownPath, problems: explainIssues(error.issues, source.value) });
  return { path, draft: data };
}

function parseWorkload(source: YamlSource, { path, shownPath }: Paths): ParsedScenario {
  const { success, data, error } = scenarioSchema.safeParse(source.value);
  if (!success) throw errorAt(source, { path: shownPath, problems: explainIssues(error.issues, source.value) });
  const problems = contradictions(data);
  if (problems.length > 0) throw errorAt(source, { path: shownPath, problems });
  return { path, draft: data, thresholds: thresholdsOf(source, data, shownPath) };
}

const thresholdsOf = (source: YamlSource, draft: ScenarioDraft, shownPath: string): readonly FileThreshold[] =>
  (draft.thresholds ?? []).map((words, at) => {
    const { line, column } = source.positionOf(['thresholds', at]);
    return { words: withScenario(words, draft), place: `${shownPath}:${line}:${column}` };
  });

/** Those of every version that may be run, once each. */
function contradictions(draft: ScenarioDraft): Problem[] {
  const unfit = misfits(draft);
  if (unfit.length > 0) return unfit;
  const inFull = inconsistenciesOfAll(draft);
  // What `quick` changes stands under `quick` in the file.
  const inQuick = inconsistenciesOfAll(quickDraft(draft));
  const quickOnly = inQuick
    .filter((problem) => !inFull.some((other) => problemText(other) === problemText(problem)))
    .map(({ place, message }) => ({
      place: changedByQuick(draft, place) ? ['quick', ...place] : place,
      message: `with --quick: ${message}`,
    }));
  return [...inFull, ...quickOnly, ...thresholdProblems(draft)];
}

/** What only some level makes wrong is said to be wrong at that level. */
function inconsistenciesOfAll(draft: ScenarioDraft): Problem[] {
  const always = new Set(inconsistencies(draft).map(problemText));
  return variationsOf(draft).flatMap(({ level, draft: varied }) =>
    inconsistencies(varied).map((problem) =>
      level === '' || always.has(problemText(problem))
        ? problem
        : { ...problem, message: `${problem.message} (at level ${level})` },
    ),
  );
}

const changedByQuick = ({ quick }: ScenarioDraft, [key]: Problem['place']): boolean =>
  (key === 'window' && quick?.window !== undefined) || (key === 'warmup' && quick?.warmup !== undefined);

interface Found {
  readonly path: string;
  readonly problems: readonly Problem[];
}

/** The problems in the order of the file, each once. */
function errorAt(source: YamlSource, { path, problems }: Found): ScenarioError {
  const placed = problems.map((problem) => ({ position: positionOf(source, problem), text: problemText(problem) }));
  placed.sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  const lines = new Set(placed.map(({ position, text }) => `${path}:${position.line}:${position.column}: ${text}`));
  const shown = [...lines].slice(0, MAX_PROBLEMS);
  return new ScenarioError(
    lines.size > shown.length ? [...shown, `${path}: and ${lines.size - shown.length} more problems`] : shown,
  );
}

function positionOf(source: YamlSource, { place, key }: Problem): Position {
  return key === undefined ? source.positionOf(place) : source.positionOfKey(place, key);
}
