/** From the words on a command line to what is to be measured: cells of workloads, and studies. */
import { expandCells } from '../scenario/cells.ts';
import { FOREIGN_SUITE, foreignCells } from '../scenario/foreign.ts';
import type { FileThreshold } from '../scenario/draft.ts';
import { loadScenario } from '../scenario/load-scenario.ts';
import { flagsText } from '../scenario/overrides.ts';
import type { Cell } from '../scenario/scenario.ts';
import { type StudyDraft, quickStudy } from '../scenario/study-schema.ts';
import { BROWSER_STUDIES, NETWORKED_STUDIES, PACED_STUDIES } from '../scenario/study.ts';
import { entriesOf, type SuiteEntry } from '../scenario/suite.ts';
import { UsageError } from './exit-code.ts';
import type { RunFlags } from './options.ts';

/** What was asked for, read from its files. */
export interface ChosenScenarios {
  readonly cells: readonly Cell[];
  readonly studies: readonly StudyDraft[];
  /** Limits that their files set. */
  readonly thresholds: readonly FileThreshold[];
}

/** Throws a `UsageError` or a `ScenarioError` for what cannot be measured, or not in this company. */
export function chooseScenarios(names: readonly string[], flags: RunFlags, isForeign: boolean): ChosenScenarios {
  const words = isForeign && names.length === 0 ? FOREIGN_SUITE : names;
  const loaded = entriesOf(words).map((entry) => loadEntry(entry, flags));
  const chosen = {
    cells: loaded.flatMap(({ cells }) => cells),
    studies: loaded.flatMap(({ studies }) => studies),
    thresholds: loaded.flatMap(({ thresholds }) => thresholds),
  };
  refuseTwice(chosen);
  refuseIdleFlags(chosen, flags);
  return isForeign ? againstTargets(chosen) : chosen;
}

function loadEntry({ scenario, quick: always }: SuiteEntry, { quick: asked, overrides }: RunFlags): ChosenScenarios {
  const file = loadScenario(scenario);
  const quick = asked || always;
  return file.kind === 'workload'
    ? { cells: expandCells(file, { quick, overrides }), studies: [], thresholds: file.thresholds }
    : { cells: [], studies: [quick ? quickStudy(file.draft) : file.draft], thresholds: [] };
}

function refuseTwice({ cells, studies }: Pick<ChosenScenarios, 'cells' | 'studies'>): void {
  const ids = [...cells.map(({ id }) => id), ...studies.map(({ name }) => name)];
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new UsageError(`scenario "${twice}" is asked for twice; name it once`);
}

/** A study takes its procedure from its file: a flag that shapes a load changes nothing in it. */
function refuseIdleFlags(
  { cells, studies }: ChosenScenarios,
  { overrides, axes, browser, pacing, limit }: RunFlags,
): void {
  if (browser !== undefined && !studies.some(({ study }) => BROWSER_STUDIES.includes(study)))
    throw new UsageError(
      `--browser: got a browser, but nothing that is run here looks into one; name ${BROWSER_STUDIES.join(' or ')}, or leave it out`,
    );
  if (limit !== undefined && !studies.some(({ study }) => study === 'knee'))
    throw new UsageError(
      '--limit: got a limit, but nothing that is run here searches for a rate; name knee, or leave it out',
    );
  const [first] = studies;
  if (first === undefined || cells.length > 0) return;
  if (pacing !== undefined && !studies.some(({ study }) => PACED_STUDIES.includes(study)))
    throw new UsageError(
      `--pacing: got "${pacing}", but "${first.name}" is a study that keeps no calendar by it; leave it out`,
    );
  if ((axes.network ?? 'lo') !== 'lo' && !studies.some(({ study }) => NETWORKED_STUDIES.includes(study)))
    throw new UsageError(
      `--network: got "${axes.network}", but "${first.name}" is a study that makes its own connections; leave it out`,
    );
  if (Object.keys(overrides).length === 0) return;
  throw new UsageError(
    `${flagsText(overrides)}: got a flag for a load, but "${first.name}" is a study with a procedure of its own; leave it out`,
  );
}

function againstTargets({ cells, studies, thresholds }: ChosenScenarios): ChosenScenarios {
  const [first] = studies;
  if (first !== undefined)
    throw new UsageError(
      `scenario "${first.name}" is about the tool's own endpoints and cannot be run against a target`,
    );
  const foreign = foreignCells(cells);
  if (!foreign.ok) throw new UsageError(foreign.why);
  return { cells: foreign.cells, studies, thresholds };
}
