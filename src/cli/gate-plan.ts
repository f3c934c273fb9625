/** From flags and files to the gate that stands in the plan: everything about it is known before anything runs. */
import type { FileThreshold } from '../scenario/draft.ts';
import type { GatePlan, PairGate, Threshold } from '../scenario/gate.ts';
import type { Plan } from '../scenario/plan.ts';
import { ScenarioError } from '../scenario/scenario-error.ts';
import { resolveThreshold, ThresholdError, thresholdText, type ThresholdWords } from '../scenario/threshold.ts';
import { quote } from '../scenario/wording.ts';
import { chooseBaseline } from './baseline-file.ts';
import { UsageError } from './exit-code.ts';
import type { GateFlags } from './gate-flags.ts';
import { gateOfReruns, rerunsOf } from './reruns.ts';

export interface GateQuestions {
  readonly flags: readonly ThresholdWords[];
  readonly files: readonly FileThreshold[];
}

/** What came of the questions. */
export interface AskedThresholds {
  /** Each once, those of the files first. */
  readonly thresholds: readonly Threshold[];
  /** What is not judged, one line each: limits on cells that flags have taken out of this run. */
  readonly leftOut: readonly string[];
}

/** Throws a UsageError or a ScenarioError for a limit that nothing in the plan can keep or break. */
export function askThresholds(plan: Plan, { flags, files }: GateQuestions): AskedThresholds {
  const isThere = ({ words: { subjects } }: FileThreshold): boolean => !namesAbsentCell(plan, subjects[0]);
  const found = [
    ...files.filter(isThere).map(({ words, place }) => resolved(words, plan, (why) => fileError(place, why))),
    ...flags.map((words) => resolved(words, plan, (why) => new UsageError(`--threshold: ${why}`))),
  ];
  const texts = found.map(thresholdText);
  return {
    thresholds: found.filter((one, at) => texts.indexOf(thresholdText(one)) === at),
    leftOut: files
      .filter((one) => !isThere(one))
      .map(({ words, place }) => `${place}: not judged, for this run has no cell ${quote(words.subjects[0] ?? '')}`),
  };
}

/** A file's words were held against the file: a cell of it that the plan lacks was left out by a flag. */
const namesAbsentCell = ({ cells }: Plan, word = ''): boolean =>
  word.includes('[') && !cells.some(({ id }) => id === word);

const fileError = (place: string, why: string): ScenarioError => new ScenarioError([`${place}: thresholds: ${why}`]);

function resolved(words: ThresholdWords, plan: Plan, errorFor: (why: string) => Error): Threshold {
  try {
    return resolveThreshold(words, plan);
  } catch (error) {
    if (error instanceof ThresholdError) throw errorFor(error.message);
    throw error;
  }
}

export interface GateOptions {
  readonly flags: GateFlags;
  /** Limits of scenario files. */
  readonly files: readonly FileThreshold[];
  /** Of this tool. */
  readonly version: string;
  /** Base against head, where there are two builds. */
  readonly pairs: PairGate | undefined;
  /** How often blocks may be measured again, as a flag has it. */
  readonly reruns: number | undefined;
}

export interface GatedPlan {
  readonly plan: Plan;
  /** One line each, to be said before the run. */
  readonly remarks: readonly string[];
}

/** The plan with its gate, where one is asked for. Throws as `askThresholds` and `chooseBaseline` do. */
export function planGate(plan: Plan, { flags, files, version, pairs, reruns }: GateOptions): GatedPlan {
  const { thresholds, leftOut } = askThresholds(plan, { flags: flags.thresholds, files });
  const { baseline, notes } = chooseBaseline(flags, { plan, version });
  const gate = gateOf({ thresholds, baseline, pairs, reruns, blocks: plan.blocks });
  return { plan: gate === undefined ? plan : { ...plan, gate }, remarks: [...leftOut, ...notes] };
}

/** What is asked of a run, and how often its blocks may be measured again. */
interface Asked extends Pick<GatePlan, 'thresholds' | 'baseline' | 'pairs'> {
  /** As a flag has it. */
  readonly reruns: number | undefined;
  readonly blocks: number;
}

/** The gate of a plan; `undefined` where nothing is asked and nothing is to be measured again. */
function gateOf({ thresholds, baseline, pairs, reruns: said, blocks }: Asked): GatePlan | undefined {
  const isJudged = thresholds.length > 0 || baseline !== undefined || pairs !== undefined;
  const reruns = rerunsOf(said, blocks, isJudged);
  if (!isJudged) return gateOfReruns(reruns);
  return {
    thresholds,
    ...(pairs === undefined ? {} : { pairs }),
    ...(baseline === undefined ? {} : { baseline }),
    reruns,
  };
}
