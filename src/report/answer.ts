/** The answer in plain language: two to four sentences, every one of them computed. */
import { isAboutBuilds, isAgainstTargets, missingSides } from '../claims/arms.ts';
import { callCell, cellsOf, comparisonOf, estimateOf, factsOf, turnedRound } from '../claims/evidence.ts';
import { size, time, times, whole } from '../claims/quantity.ts';
import { USUAL_COVERAGE } from '../claims/verdict.ts';
import { articlePairs } from '../scenario/article-sides.ts';
import { networkWords } from '../scenario/network.ts';
import { hasCalls } from '../scenario/directions.ts';
import type { Arm } from '../scenario/plan.ts';
import type { CellSummary, Comparison, Estimate, Summary } from '../stats/summary.ts';
import { buildSentences } from './build-answer.ts';
import { intervalText, ratioText } from './comparison-text.ts';
import { headlinePair, isSameVariant, type Pair } from './headline-pair.ts';
import { pushSentence, pushWord } from './push-answer.ts';

const CALL = 'response-time.p50';

/** What was found of one kind of call on both arms. */
interface CallResult extends Pair {
  readonly cell: CellSummary;
  readonly comparison: Comparison;
  readonly baseP50: Estimate;
  readonly otherP50: Estimate;
}

/** The sentences, in the order in which they are to be read. */
export function answerSentences(summary: Summary): readonly string[] {
  if (summary.record.plan.studies.length > 0 && summary.cells.length === 0) return studiesAlone(summary);
  if (!hasAnything(summary)) return nothingValid(summary);
  if (isAboutBuilds(summary)) return buildSentences(summary);
  const pair = headlinePair(summary);
  if (pair === undefined) return oneArm(summary);
  const calls = callResult(summary, pair);
  if (isSameVariant(pair)) return sameTwice(pair, calls);
  return [
    ...missingSentence(summary),
    ...(calls === undefined ? noCallSentence(summary, pair) : [callSentence(calls)]),
    ...bytesSentence(summary, pair),
    ...pushSentence(summary, pair),
    ...(calls === undefined ? [] : [consequence(summary, calls)]),
    ...networkSentence(summary, pair),
    ...othersSentence(summary, pair),
  ].filter((sentence) => sentence !== '');
}

/** Without a workload the answer is each study's own, below. */
function studiesAlone({ record }: Summary): readonly string[] {
  const done = new Set(
    record.studies.filter(({ steps }) => steps.some(({ status }) => status === 'measured')).map(({ name }) => name),
  );
  return record.plan.studies.map(({ name, title, shows }) =>
    done.has(name) ? `${title}. ${shows}` : `Of ${name} nothing was measured.`,
  );
}

const hasAnything = (summary: Summary): boolean =>
  summary.cells.some((cell) => cell.arms.some((arm) => arm.validTrials > 0 && Object.keys(arm.metrics).length > 0));

function nothingValid({ record, failedTrials }: Summary): readonly string[] {
  const planned = whole(record.plan.trials.length);
  if (record.trials.length === 0)
    return [`Nothing was measured: this run ended before the first of its ${planned} planned trials was over.`];
  const [first] = failedTrials;
  const failed = first === undefined ? '' : ` ${whole(failedTrials.length)} failed, the first with: ${first.error}`;
  return [`Nothing was measured that may be shown: none of ${planned} planned trials gave a valid number.${failed}`];
}

function oneArm(summary: Summary): readonly string[] {
  const [arm] = summary.arms;
  if (arm === undefined) return ['No transport could be run.'];
  const cell = callCell(summary, [arm.id]);
  const p50 = cell && estimateOf(cell, arm.id, CALL);
  const seen =
    p50 === undefined || cell === undefined
      ? `Only ${arm.title} was measured.`
      : `${arm.title} answers ${callName(cell)} in ${time(p50.value)} at the median.`;
  const missing = isAgainstTargets(summary) ? 'it is the only arm of this run' : missingSides(summary);
  return [seen, `There is nothing to compare it with: ${missing}.`];
}

function sameTwice(pair: Pair, calls: CallResult | undefined): readonly string[] {
  const opening = `Both arms are the same transport (${pair.base.title}), so this run tests the bench itself.`;
  if (calls === undefined) return [opening, 'No call was measured validly on both.'];
  const { comparison, baseP50, otherP50 } = calls;
  const seen = `${time(baseP50.value)} and ${time(otherP50.value)}, ${ratioText(comparison)}`;
  switch (comparison.word) {
    case 'equivalent':
      return [opening, `It finds no difference between them, as it should: the median call takes ${seen}.`];
    case 'inconclusive':
      return [opening, `It sees no difference, but could not rule one out either: the median call takes ${seen}.`];
    case 'faster':
    case 'slower':
      return [
        opening,
        `It sees a difference where there is none: the median call takes ${seen}. Do not trust differences of that size here.`,
      ];
  }
}

function missingSentence(summary: Summary): readonly string[] {
  const missing = isAgainstTargets(summary) ? '' : missingSides(summary);
  return missing === '' ? [] : [`The article's comparison is incomplete: ${missing}.`];
}

/** Where somebody was to call. */
const noCallSentence = ({ cells }: Summary, pair: Pair): readonly string[] =>
  cells.some(({ cell }) => hasCalls(cell.scenario)) ? [`No call was measured validly on both ${namesOf(pair)}.`] : [];

const namesOf = ({ base, other }: Pair): string => `${base.title} and ${other.title}`;
const callName = ({ cell }: CellSummary): string =>
  cell.scenario.name === 'tool-calls' ? 'a tool call' : `a call of ${cell.id}`;

function callResult(summary: Summary, pair: Pair): CallResult | undefined {
  const cell = callCell(summary, [pair.base.id, pair.other.id]);
  if (cell === undefined) return undefined;
  const comparison = comparisonOf(cell, CALL, { armId: pair.other.id, baseArmId: pair.base.id });
  const baseP50 = estimateOf(cell, pair.base.id, CALL);
  const otherP50 = estimateOf(cell, pair.other.id, CALL);
  if (comparison === undefined || baseP50 === undefined || otherP50 === undefined) return undefined;
  return { ...pair, cell, comparison, baseP50, otherP50 };
}

function callSentence(calls: CallResult): string {
  const { comparison, cell } = calls;
  const [other, base] = [calls.other.title, calls.base.title];
  const [otherTime, baseTime] = [time(calls.otherP50.value), time(calls.baseP50.value)];
  const call = callName(cell);
  switch (comparison.word) {
    case 'faster':
      return `${other} answers ${call} ${times(1 / comparison.ratio)} faster than ${base} in paired trials here: ${otherTime} against ${baseTime} at the median (${intervalText(turnedRound(comparison))}).`;
    case 'slower':
      return `${base} answers ${call} ${times(comparison.ratio)} faster than ${other} in paired trials here: ${baseTime} against ${otherTime} at the median (${intervalText(comparison)}).`;
    case 'equivalent':
      return `${other} and ${base} answer ${call} equally fast here: ${otherTime} and ${baseTime} at the median, a ratio of ${times(comparison.ratio)} (${intervalText(comparison)}).`;
    case 'inconclusive': {
      const doubt =
        comparison.coverage95 < USUAL_COVERAGE ? 'There are too few trials to be sure' : 'This run cannot say';
      return `${doubt} whether ${other} or ${base} answers ${call} faster: ${otherTime} against ${baseTime} at the median, a ratio of ${times(comparison.ratio)} (${intervalText(comparison)}).`;
    }
  }
}

function bytesSentence(summary: Summary, pair: Pair): readonly string[] {
  const [cell] = cellsOf(summary, 'tool-calls');
  const base = cell && bytesPerCall(cell, pair.base.id);
  const other = cell && bytesPerCall(cell, pair.other.id);
  if (base === undefined || other === undefined) return [];
  return [
    `Per call ${pair.other.title} puts ${size(other)} on the wire, both ways together, where ${pair.base.title} puts ${size(base)}.`,
  ];
}

function bytesPerCall(cell: CellSummary, armId: string): number | undefined {
  const up = estimateOf(cell, armId, 'wire-up-per-message');
  const down = estimateOf(cell, armId, 'wire-down-per-message');
  return up === undefined || down === undefined ? undefined : up.value + down.value;
}

/** A cost of the host's own is soon lost in a network's, and a round trip is not. */
const beforeNetwork = ({ base }: Pair): string => (base.variant.network === 'lo' ? ', before any network' : '');

/** What the same call takes of the article's two over the other networks. */
function networkSentence(summary: Summary, { base, other }: Pair): readonly string[] {
  const found = articlePairs(summary.arms)
    .filter(({ sse }) => sse !== base && sse !== other)
    .flatMap(({ sse, websocket }) => {
      const cell = callCell(summary, [sse.id, websocket.id]);
      const [first, second] = [sse, websocket].map((arm) => cell && estimateOf(cell, arm.id, CALL));
      return first === undefined || second === undefined
        ? []
        : [`${time(first.value)} and ${time(second.value)} over ${networkWords(sse.variant.network)}`];
    });
  return found.length === 0
    ? []
    : [`With a network between the ends a call takes, over SSE and WebSocket, ${found.join('; ')}.`];
}

/** Where the arms beside the two lie, each against the first of the two. */
function othersSentence(summary: Summary, { base, other }: Pair): readonly string[] {
  const others = summary.arms.filter(({ id }) => id !== base.id && id !== other.id);
  const found = others.flatMap((arm) => {
    const cell = callCell(summary, [base.id, arm.id]);
    const p50 = cell && estimateOf(cell, arm.id, CALL);
    const comparison = cell && comparisonOf(cell, CALL, { armId: arm.id, baseArmId: base.id });
    return p50 === undefined || comparison === undefined ? [] : [{ arm, p50, comparison }];
  });
  const ordered = found.toSorted((a, b) => a.comparison.ratio - b.comparison.ratio);
  const [fastest, slowest] = [ordered[0], ordered.at(-1)];
  if (fastest === undefined || slowest === undefined) return [];
  const words = ({ arm, p50, comparison }: typeof fastest): string =>
    `${arm.title} (${time(p50.value)}, ${times(comparison.ratio)} of ${base.title})`;
  if (fastest === slowest) return [`Beside them: ${words(fastest)}.`];
  return [
    `Of the ${whole(ordered.length)} other arms the lowest is ${words(fastest)} and the highest ${words(slowest)}.`,
  ];
}

/** What follows for somebody who has to choose. */
function consequence(summary: Summary, calls: CallResult): string {
  const { word } = calls.comparison;
  if (word === 'inconclusive') return 'More trials (--trials) would narrow it down; decide nothing on this.';
  if (word === 'equivalent') return 'Call latency is no reason to choose one over the other.';
  const cause = causeOf(summary, calls);
  // Under load the difference is queueing, which ten calls of one client would not see.
  if (calls.cell.cell.scenario.clients > 1) return cause === '' ? '' : `${cause.trim().replace(/[,;:]$/, '')}.`;
  return `${cause}${cause === '' ? 'Ten' : 'ten'} calls in a row cost ${time(10 * absoluteDifference(calls))} more over ${slowerOf(calls).title}${beforeNetwork(calls)}.`;
}

/** From the base's median and the paired ratio, as the claim about the separate request has it. */
const absoluteDifference = ({ baseP50, comparison }: CallResult): number =>
  Math.abs(baseP50.value * (1 - comparison.ratio));
const slowerOf = ({ comparison, base, other }: CallResult): Arm => (comparison.word === 'faster' ? base : other);

/** Pushes travel on the stream alone; if they are equally fast, the stream is not what makes the calls slow. */
function causeOf(summary: Summary, calls: CallResult): string {
  const slower = factsOf(summary, slowerOf(calls).id);
  const fasterId = calls.comparison.word === 'faster' ? calls.other.id : calls.base.id;
  const faster = factsOf(summary, fasterId);
  const onlyOneRequests = (slower?.httpRequestsPerCall ?? 0) >= 1 && faster?.httpRequestsPerCall === 0;
  if (!onlyOneRequests || pushWord(summary, calls) !== 'equivalent') return '';
  return `So the difference lies in the HTTP request that ${slowerOf(calls).title} needs for each call, not in its stream; `;
}
