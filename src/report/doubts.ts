/** What speaks against trusting the numbers, gathered and in plain words. */
import { armTitle } from '../claims/arms.ts';
import { percent, time, whole } from '../claims/quantity.ts';
import { USUAL_COVERAGE } from '../claims/verdict.ts';
import type { Doubt, Unsupported } from '../result/record.ts';
import type { ArmCell, CellSummary, Summary } from '../stats/summary.ts';
import { measuredAgainLines } from './disturbance-text.ts';
import { DOUBT_ORDER, doubtText, severityOf } from './doubt-text.ts';
import { groupBy } from './group-by.ts';
import { networkLines } from './networks.ts';

const MOST_LINES = 12;
/** What went wrong in this run is said even where much could not be made equal. */
const LEAST_SPECIFIC = 6;

/** One line per doubt, the worst first; past a dozen they are counted, not listed. */
export function doubtLines(summary: Summary): readonly string[] {
  const context = [
    ...unmatchedLines(summary),
    ...compressibleLines(summary),
    ...machineLines(summary),
    ...chanceLines(summary),
  ];
  const specific = [
    ...failureLines(summary),
    ...measuredAgainLines(summary.record),
    ...aggregatedDoubts(summary),
    ...bookLines(summary),
  ];
  const room = Math.max(LEAST_SPECIFIC, MOST_LINES - context.length);
  const rest = specific.length - room;
  const shown = rest > 0 ? [...specific.slice(0, room), `and ${whole(rest)} more, which are in the record`] : specific;
  return [...shown, ...context];
}

function failureLines(summary: Summary): readonly string[] {
  const { record, failedTrials } = summary;
  const unsupported = [
    ...groupBy(record.unsupported, ({ cellId, reason }) => `${String(cellId === null)} ${reason}`),
  ].map(([, group]) => unsupportedLine(summary, group));
  const groups = groupBy(failedTrials, ({ armId, error }) => `${armId} ${error}`);
  const failed = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const last = record.stopped?.afterBlock ?? Infinity;
    const planned = record.plan.trials.filter(({ armId, block }) => armId === first.armId && block <= last).length;
    return [
      `${whole(group.length)} of ${whole(planned)} trials of ${armTitle(summary, first.armId)} failed: ${first.error}`,
    ];
  });
  return [...unsupported, ...failed];
}

/** Of several that could not be for the same reason. */
function unsupportedLine(summary: Summary, group: readonly Unsupported[]): string {
  const arms = [...new Set(group.map(({ armId }) => armTitle(summary, armId)))].join(', ');
  const cells = [...new Set(group.flatMap(({ cellId }) => cellId ?? []))];
  const verb = cells.length === 0 ? 'could not run' : `could not run ${cells.join(', ')}`;
  return `${arms} ${verb}: ${group[0]?.reason ?? ''}`;
}

interface Found {
  readonly cell: CellSummary;
  readonly armId: string;
  readonly trialIndex: number;
  readonly doubt: Doubt;
}

/** From this many scenarios on, a kind of doubt gets one line for all of them. */
const WIDESPREAD = 3;
/** What befalls the machine befalls whatever is measured on it just then: one line, wherever it was. */
const OF_THE_MACHINE: ReadonlySet<Doubt['kind']> = new Set(['load', 'throttled']);

/** One line per kind of doubt and scenario: how often it befell which arm, and the worst of it. */
function aggregatedDoubts(summary: Summary): readonly string[] {
  const found = summary.cells.flatMap((cell) =>
    cell.arms.flatMap(({ armId, doubts }) => doubts.map((one): Found => ({ cell, armId, ...one }))),
  );
  return DOUBT_ORDER.flatMap((kind) => {
    const ofKind = found.filter(({ doubt }) => doubt.kind === kind);
    const byScenario = groupBy(ofKind, ({ cell }) => cell.cell.scenario.name);
    return byScenario.size >= WIDESPREAD || (OF_THE_MACHINE.has(kind) && ofKind.length > 0)
      ? [aggregatedLine(summary, ofKind)]
      : [...byScenario.values()].map((group) => aggregatedLine(summary, group));
  });
}

function aggregatedLine(summary: Summary, group: readonly Found[]): string {
  const [worst] = group.toSorted((a, b) => severityOf(b.doubt) - severityOf(a.doubt));
  if (worst === undefined) return '';
  const cells = [...new Set(group.map(({ cell }) => cell))];
  const noun = cells.length > 1 ? 'measurements' : 'trials';
  const perArm = [...groupBy(group, ({ armId }) => armId)].map(([armId, ofArm]) => ({
    title: armTitle(summary, armId),
    share: `${whole(measurementsOf(ofArm))} of ${whole(attempts(cells, armId))} ${noun} of`,
  }));
  const counts = [...groupBy(perArm, ({ share }) => share)].map(
    ([share, arms]) => `${share} ${arms.map(({ title }) => title).join(', ')}`,
  );
  return `${worst.doubt.kind} in ${placesOf(cells)}, ${counts.join(', ')}: ${doubtText(worst.doubt)}`;
}

/** A measurement may have the same kind twice: of both ends, or of the median and the tail. */
const measurementsOf = (group: readonly Found[]): number =>
  new Set(group.map(({ cell, trialIndex }) => `${trialIndex} ${cell.cell.id}`)).size;

/** `chatty, payload-sizes (16B, 64KiB)`. */
function placesOf(cells: readonly CellSummary[]): string {
  const places = [...groupBy(cells, ({ cell }) => cell.scenario.name)].map(([name, own]) => {
    const levels = own.map(({ cell }) => cell.level).filter((level) => level !== '');
    return levels.length === 0 ? name : `${name} (${levels.join(', ')})`;
  });
  return places.join(', ');
}

/** How many measurements of these cells an arm was to make. */
const attempts = (cells: readonly CellSummary[], armId: string): number =>
  cells
    .flatMap(({ arms }) => arms.filter((arm) => arm.armId === armId))
    .reduce((sum, { validTrials, invalidTrials }) => sum + validTrials + invalidTrials, 0);

/** Per arm, over the whole run: everything that was due and did not end well. */
function bookLines(summary: Summary): readonly string[] {
  const { arms, cells } = summary;
  return arms.flatMap(({ id }) => {
    const ofArm = cells.flatMap((cell) => cell.arms.filter(({ armId }) => armId === id));
    const sum = (of: (arm: ArmCell) => number): number => ofArm.reduce((total, arm) => total + of(arm), 0);
    const calls = countedWords([
      [sum(({ calls }) => calls.rejected), 'refused'],
      [sum(({ calls }) => calls.disconnected), 'cut off'],
      [sum(({ calls }) => calls.wrong), 'answered wrongly'],
      [sum(({ calls }) => calls.timedOut), 'timed out'],
      [sum(({ calls }) => calls.dropped), 'never sent for want of room'],
      [sum(({ calls }) => calls.misrouted), 'answered to somebody else'],
      [sum(({ calls }) => calls.duplicated), 'answered twice'],
      [sum(({ calls }) => calls.unreadable), 'answers unreadable'],
    ]);
    const events = countedWords([
      [sum(({ notifications }) => notifications.lost), 'lost'],
      [sum(({ notifications }) => notifications.duplicated), 'delivered twice'],
      [sum(({ notifications }) => notifications.reordered), 'out of order'],
    ]);
    const due = whole(sum(({ calls }) => calls.due));
    const published = whole(sum(({ notifications }) => notifications.published));
    return [
      ...(calls === '' ? [] : [`of ${due} calls over ${armTitle(summary, id)}: ${calls}`]),
      ...(events === '' ? [] : [`of ${published} events over ${armTitle(summary, id)}: ${events}`]),
    ];
  });
}

const countedWords = (entries: readonly (readonly [number, string])[]): string =>
  entries
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${whole(number)} ${words}`)
    .join(', ');

function unmatchedLines({ record }: Summary): readonly string[] {
  const mismatched = record.matching.checks.filter(({ status }) => status === 'mismatched');
  return [
    ...mismatched.map(({ rule, seen }) => `not equal on all arms: ${rule}: ${seen}`),
    ...record.matching.unmatched.map((text) => `cannot be made equal: ${text}`),
  ];
}

/** One filler is in all messages of a trial: whoever compresses them with one context writes it once. */
function compressibleLines({ arms }: Summary): readonly string[] {
  const titles = arms.filter(({ variant }) => variant.compression !== 'off').map(({ title }) => title);
  return titles.length === 0
    ? []
    : [
        `compressible: all messages of a trial carry the same filler, so the bytes of ${titles.join(', ')} are those of texts that repeat; on an event stream or a WebSocket hardly any of it is sent a second time, and texts that are new each time compress far less`,
      ];
}

function machineLines(summary: Summary): readonly string[] {
  const { longestHiccupNs, noiseShare } = summary;
  // Pauses are watched for while trials run.
  if (summary.record.plan.trials.length === 0) return networkLines(summary);
  const pause = longestHiccupNs > 0 ? `its longest pause was ${time(longestHiccupNs)}` : 'no pause was seen';
  const noise = noiseShare === undefined ? '' : `; medians of like trials differ by ±${percent(noiseShare)}`;
  return [`this machine: ${pause}${noise}`, ...networkLines(summary)];
}

/** With many comparisons some differ by chance. */
function chanceLines({ cells }: Summary): readonly string[] {
  const all = cells
    .flatMap(({ comparisons }) => comparisons)
    .filter(({ exact, coverage95 }) => !exact && coverage95 >= USUAL_COVERAGE);
  if (all.length === 0) return [];
  const differing = all.filter(({ low95, high95 }) => low95 > 1 || high95 < 1).length;
  const expected = all.reduce((sum, { coverage95 }) => sum + 1 - coverage95, 0);
  return [
    `${whole(differing)} of ${whole(all.length)} comparisons differ; by chance alone about ${whole(expected)} would`,
  ];
}
