/**
 * Whether the gate in a record's plan is the one that its words asked for. What a run came to follows from its plan: who
 * edits both lets them agree, and the words that were typed stand beside them.
 */
import { limitsOf } from '../gate/family.ts';
import type { RunRecord } from '../result/record.ts';
import type { BaselineGate, GatePlan, PairGate, Threshold } from '../scenario/gate.ts';
import type { Plan } from '../scenario/plan.ts';
import { parseThreshold, resolveThreshold, ThresholdError, thresholdText } from '../scenario/threshold.ts';
import { quote } from '../scenario/wording.ts';
import type { Inconsistency } from '../verify/record-checks.ts';
import { optionsOf } from './asked.ts';
import { type BuildFlags, readBuildFlags } from './build-flags.ts';
import { UsageError } from './exit-code.ts';
import { type GateFlags, readGateFlags } from './gate-flags.ts';

/** What was typed, and what it means. */
interface Words {
  readonly options: ReturnType<typeof optionsOf>;
  readonly gate: GateFlags;
  readonly builds: BuildFlags | undefined;
  /** What goes without saying may be another in another release: it is looked at in records of this one only. */
  readonly isOfThisRelease: boolean;
}

/** Everything in the plan's gate that is not as its words have it. `version` is that of the program that looks. */
export function askedInconsistencies({ asked, plan, tool }: RunRecord, version: string): readonly Inconsistency[] {
  const words = readWords(asked, tool.version === version);
  const { gate } = plan;
  return [
    ...(gate?.thresholds ?? []).flatMap(unlikeItsText),
    ...(words === undefined
      ? []
      : [
          ...missingThresholds(words, plan),
          ...rerunsOf(words, gate),
          ...pairsOf(words, gate),
          ...baselineOf(words, gate),
        ]),
  ];
}

/** `undefined` for words that this release does not understand. */
function readWords(asked: readonly string[], isOfThisRelease: boolean): Words | undefined {
  const options = optionsOf(asked);
  try {
    const builds = readBuildFlags({ ...options }, (name) => name in options);
    return { options, gate: readGateFlags({ ...options }), builds, isOfThisRelease };
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

const GATE = 'plan.gate';

/** A number, or several, that must be what a flag says; where the flag was not typed, what goes without saying. */
interface Rule {
  readonly what: string;
  readonly got: unknown;
  readonly expected: unknown;
  /** The option's name, and how it is written. */
  readonly option: string;
  readonly flag: string;
}

function broken(
  { what, got, expected, option, flag }: Rule,
  { options, isOfThisRelease }: Words,
): readonly Inconsistency[] {
  const typed = options[option];
  if (typed === undefined && !isOfThisRelease) return [];
  if (JSON.stringify(got) === JSON.stringify(expected)) return [];
  const why =
    typed === undefined
      ? `for no ${flag} was asked for`
      : `for ${quote(`${flag} ${[typed].flat().join(' ')}`)} was asked for`;
  return [{ what: `${GATE}${what}`, got: shown(got), expected: `${shown(expected)}, ${why}` }];
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** A limit beside the text that it was read from. */
function unlikeItsText({ text, metric, comparison, limit }: Threshold, at: number): readonly Inconsistency[] {
  try {
    const read = parseThreshold(text);
    if (read.metric === metric && read.comparison === comparison && read.limit === limit) return [];
    const expected = `${read.metric} ${read.comparison} ${read.limit}, as its text ${quote(text)} says`;
    return [{ what: `${GATE}.thresholds[${at}]`, got: `${metric} ${comparison} ${limit}`, expected }];
  } catch (error) {
    if (error instanceof ThresholdError) return [];
    throw error;
  }
}

/** Those of scenario files may stand beside them. */
const missingThresholds = ({ gate }: Words, plan: Plan): readonly Inconsistency[] =>
  gate.thresholds.flatMap((words) => {
    try {
      const asked = thresholdText(resolveThreshold(words, plan));
      const isThere = (plan.gate?.thresholds ?? []).some((one) => thresholdText(one) === asked);
      return isThere ? [] : [missing('.thresholds', `--threshold ${words.text}`)];
    } catch (error) {
      if (error instanceof ThresholdError) return [];
      throw error;
    }
  });

const missing = (what: string, words: string): Inconsistency => ({
  what: `${GATE}${what}`,
  got: 'nothing of it',
  expected: `what ${quote(words)} asked for`,
});

function rerunsOf(words: Words, gate: GatePlan | undefined): readonly Inconsistency[] {
  const { reruns } = words.options;
  if (reruns === undefined) return [];
  const rule = {
    what: '.reruns',
    got: gate?.reruns ?? 0,
    expected: Number(reruns),
    option: 'reruns',
    flag: '--reruns',
  };
  return broken(rule, words);
}

function pairsOf(words: Words, gate: GatePlan | undefined): readonly Inconsistency[] {
  const { builds, options } = words;
  if (builds === undefined) return [];
  const pairs = gate?.pairs;
  if (pairs === undefined) return [missing('.pairs', '--arm')];
  const expected = builds.gate;
  const sides = { what: '.pairs', got: [pairs.base, pairs.head], expected: [expected.base, expected.head] };
  return [
    ...broken({ ...sides, option: 'arm', flag: '--arm' }, words),
    ...broken(
      { what: '.pairs.looks', got: pairs.looks, expected: expected.looks, option: 'looks', flag: '--looks' },
      words,
    ),
    ...broken(
      { what: '.pairs.alpha', got: pairs.alpha, expected: expected.alpha, option: 'alpha', flag: '--alpha' },
      words,
    ),
    ...broken(
      { what: '.pairs.budgetNs', got: pairs.budgetNs, expected: expected.budgetNs, option: 'budget', flag: '--budget' },
      words,
    ),
    ...limitsOfPairs(words, pairs, builds),
    ...(builds.metrics ?? []).flatMap((metric) =>
      lacks(pairs, metric) ? [missing('.pairs.family', `--gate ${[options['gate']].flat().join(' ')}`)] : [],
    ),
  ];
}

/** The share that may be worse is typed; which part of it is no failure yet is the release's. */
const limitsOfPairs = (words: Words, { family }: PairGate, { maxRegression }: BuildFlags): readonly Inconsistency[] =>
  family.flatMap(({ metric, floor, margin }, at) => {
    const limits = limitsOf(metric, maxRegression);
    const option = { option: 'maxRegression', flag: '--max-regression' };
    const what = `.pairs.family[${at}]`;
    return [
      ...broken({ what: `${what}.margin`, got: margin, expected: limits.margin, ...option }, words),
      ...(words.isOfThisRelease
        ? broken({ what: `${what}.floor`, got: floor, expected: limits.floor, ...option }, words)
        : []),
    ];
  });

/** Whether a pair of arms in a cell is judged by other metrics, and not by this one. */
const lacks = ({ family }: PairGate, metric: string): boolean => {
  const placeOf = ({ cellId, armId }: PairGate['family'][number]): string => JSON.stringify([cellId, armId]);
  const having = new Set(family.filter((one) => one.metric === metric).map(placeOf));
  return family.some((one) => !having.has(placeOf(one)));
};

function baselineOf(words: Words, gate: GatePlan | undefined): readonly Inconsistency[] {
  const { baseline: name, maxRegression } = words.gate;
  if (name === undefined) return [];
  const baseline: BaselineGate | undefined = gate?.baseline;
  if (baseline === undefined) return [missing('.baseline', `--baseline ${name}`)];
  const what = '.baseline.maxRegression';
  return [
    ...broken(
      { what: '.baseline.name', got: baseline.name, expected: name, option: 'baseline', flag: '--baseline' },
      words,
    ),
    ...broken(
      { what, got: baseline.maxRegression, expected: maxRegression, option: 'maxRegression', flag: '--max-regression' },
      words,
    ),
  ];
}
