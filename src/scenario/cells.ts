/** From a parsed file and the command line to what is measured. */
import { inconsistencies } from './consistency.ts';
import type { ParsedScenario, ScenarioDraft } from './draft.ts';
import { applyOverrides, flagsText, type Overrides } from './overrides.ts';
import type { Cell, Scenario } from './scenario.ts';
import { problemText, ScenarioError } from './scenario-error.ts';
import { quickDraft, type Variation, variationsOf } from './variations.ts';

/** How a scenario is to be run, where the file leaves a choice. */
export interface CellOptions {
  /** The smaller plan that the file has under `quick`, if it has one. */
  readonly quick: boolean;
  /** Win over the file, its `quick` part included. */
  readonly overrides?: Overrides | undefined;
}

/** One cell for each level, in the order of the file. Throws a {@link ScenarioError} naming the flags that do not go with the scenario. */
export function expandCells(parsed: ParsedScenario, { quick, overrides = {} }: CellOptions): Cell[] {
  const asked = quick ? quickDraft(parsed.draft) : parsed.draft;
  const variations = variationsOf(applyOverrides(asked, overrides));
  refuseContradictions(variations, overrides);
  return variations.map(cellOf);
}

/** The file agrees with itself, or it would not have been parsed: what is wrong now, the flags have done. */
function refuseContradictions(variations: readonly Variation[], overrides: Overrides): void {
  const problems = variations.flatMap(({ draft }) =>
    inconsistencies(draft).map(
      (problem) => `scenario "${draft.name}" with ${flagsText(overrides)}: ${problemText(problem)}`,
    ),
  );
  if (problems.length > 0) throw new ScenarioError([...new Set(problems)]);
}

function cellOf({ level, draft }: Variation): Cell {
  return { id: level === '' ? draft.name : `${draft.name}[${level}]`, level, scenario: scenarioOf(draft) };
}

function scenarioOf(draft: ScenarioDraft): Scenario {
  const { name, title, shows, clients, scripts, load, warmup, window, timeoutNs, stall, pacing } = draft;
  const publish = draft.publish.map((publication) => ({
    ...publication,
    subscribers: publication.subscribers === 'all' ? clients : publication.subscribers,
  }));
  const scenario = { name, title, shows, clients, scripts, load, publish, warmup, window, timeoutNs, stall };
  return pacing === undefined ? scenario : { ...scenario, pacing };
}

/** The cells without what their files say of pacing: a flag goes before it. */
export const withoutPacing = (cells: readonly Cell[]): readonly Cell[] =>
  cells.map((cell) => ({ ...cell, scenario: { ...cell.scenario, pacing: undefined } }));
