/** The study `connect` in a report: what each arm took, cold and warm; when a handshake has paid for itself; session reuse. */
import { count, percent, plain, rate, size, sizePair, time } from '../../claims/quantity.ts';
import { USUAL_COVERAGE } from '../../claims/verdict.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { Arm } from '../../scenario/plan.ts';
import type { PlannedStudy } from '../../scenario/study.ts';
import { revisionPairs } from '../../stats/arm-pairs.ts';
import { courseCost } from '../../stats/break-even.ts';
import {
  type ArmConnecting,
  type BreakEven,
  type Opened,
  breakEvenInTime,
  breakEvenOf,
  bytesOf,
  connectingOf,
} from '../../stats/connecting.ts';
import { median } from '../../stats/order-statistics.ts';
import type { StudyStep } from '../../stats/study-steps.ts';
import { NS_PER_MS, NS_PER_S } from '../../units.ts';
import type { StudyRendering, StudyTable } from './rendering.ts';

type Steps = readonly StudyStep<StudyData['connect']>[];

const NOTHING = '–';
const HEADS = ['TCP', 'TLS', 'HTTP', 'ready', 'result', 'trips', 'bytes up/down', 'sockets'];
/** Of the networks for which the break-even in time is said. */
const NETWORKS_MS = [0, 10, 40] as const;

export const render: StudyRendering<'connect'> = (steps, planned) => {
  const arms = connectingOf(steps);
  const reuse = reuseTable(steps, planned);
  return {
    lines: [LEGEND],
    tables: [
      openingTable('Cold: the first session of a fresh process with a fresh endpoint', arms, planned, 'cold'),
      openingTable(
        'Warm: later sessions of a process whose connections and TLS session are kept',
        arms,
        planned,
        'warm',
      ),
      ...(reuse === undefined ? [] : [reuse]),
    ].filter(({ rows }) => rows.length > 0),
    notes: [...breakEvenNotes(arms, planned), ...(arms.length === 0 ? [] : [LIMITS])],
  };
};

const LEGEND =
  'Medians since connecting began. ready: a tool can be called; result: the first call is answered; trips: round trips until then, that of opening a socket included, counted by a relay that imitates a network; bytes and sockets until then.';
const LIMITS =
  'Times are those of two processes on one machine, where a cold session is mostly code that runs for the first time: on a network, trips decide. Nothing is listened to: a stream for what comes unasked is a request more where it is not the channel itself.';

function openingTable(
  caption: string,
  arms: readonly ArmConnecting[],
  planned: PlannedStudy,
  kind: 'cold' | 'warm',
): StudyTable {
  return {
    caption,
    heads: ['', ...HEADS],
    rows: inOrder(arms, planned).map((arm) => [titleOf(arm.armId, planned), ...openingCells(arm[kind])]),
  };
}

const inOrder = (arms: readonly ArmConnecting[], { arms: order }: PlannedStudy): readonly ArmConnecting[] =>
  order.flatMap(({ id }) => arms.find(({ armId }) => armId === id) ?? []);

const titleOf = (armId: string, { arms }: PlannedStudy): string => arms.find(({ id }) => id === armId)?.title ?? armId;

const openingCells = (opened: Opened): readonly string[] => [
  ...[opened.tcpNs, opened.tlsNs, opened.httpNs, opened.readyNs, opened.firstResultNs].map(orNothing),
  opened.roundTrips === undefined ? NOTHING : opened.roundTrips.toFixed(1),
  sizePair(opened.upBytes, opened.downBytes),
  plain(opened.sockets),
];

const orNothing = (spanNs: number | undefined): string => (spanNs === undefined ? NOTHING : time(spanNs));

/** Of arms that differ in nothing but their revision's era. */
function breakEvenNotes(arms: readonly ArmConnecting[], planned: PlannedStudy): readonly string[] {
  const found = (arm: Arm): ArmConnecting | undefined => arms.find(({ armId }) => armId === arm.id);
  return revisionPairs(planned.arms).flatMap(({ arm, base }) => {
    const [opened, unopened] = [found(base), found(arm)];
    const point = opened && unopened && breakEvenOf(opened, unopened);
    if (opened === undefined || unopened === undefined || point === undefined) return [];
    const title = `${base.title} (one handshake) against ${arm.title} (an envelope in every request)`;
    return [`${title}: ${bytesWords(opened, unopened, point)}; ${tripsWords(point)}; ${timeWords(point)}.`];
  });
}

function bytesWords(opened: ArmConnecting, unopened: ArmConnecting, { bytes }: BreakEven): string {
  const [run, other] = [opened.runs[0], unopened.runs[0]];
  if (run === undefined || other === undefined) return 'bytes unknown';
  const [a, b] = [bytesOf(run), bytesOf(other)];
  const first = `${size(courseCost(a, 1))} against ${size(courseCost(b, 1))} for a session of one call`;
  const later = `${size(a.later.at(-1) ?? 0)} against ${size(b.later.at(-1) ?? 0)} for each further one`;
  return `in bytes the handshake has paid for itself ${whenWords(bytes)} (${first}, ${later})`;
}

function whenWords(calls: BreakEven['bytes']): string {
  const known = calls.filter((one) => one !== undefined);
  if (known.length < calls.length || known.length === 0)
    return known.length === 0 ? 'never' : 'in some repetitions only';
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return `with ${low === high ? `call ${low}` : `calls ${low}–${high}`}`;
}

function tripsWords({ moreRoundTrips: { cold, warm } }: BreakEven): string {
  if (cold === undefined || warm === undefined) return 'round trips were not counted';
  const more = `${count(Math.round(cold), 'round trip')} more cold and ${Math.round(warm)} more warm`;
  return `it takes ${more} before the first result, and since every later call is one trip on both, no number of calls makes up for them`;
}

function timeWords(point: BreakEven): string {
  const { savedPerCallNs: saved } = point;
  if (saved === undefined || saved.coverage < USUAL_COVERAGE)
    return 'in time the repetitions are too few to tell whether its calls are faster (six would do)';
  if (saved.low <= 0)
    return `in time nothing shows that its calls are faster (from ${signed(saved.low)} to ${signed(saved.high)} saved per call)`;
  const points = NETWORKS_MS.map((ms) => callsAt(point, ms));
  return `in time, with ${time(saved.value)} saved per call, ${points.join(', ')} of network round trip`;
}

const callsAt = (point: BreakEven, ms: number): string => {
  const calls = breakEvenInTime(point, ms * NS_PER_MS);
  return `${calls === undefined ? 'never' : count(calls, 'call')} at ${ms} ms`;
};

const signed = (spanNs: number): string => (spanNs < 0 ? `−${time(-spanNs)}` : `+${time(spanNs)}`);

/** The same calls with one session for all of them, and with a session for each. */
function reuseTable(steps: Steps, planned: PlannedStudy): StudyTable | undefined {
  const tried = steps.flatMap(({ subject, outcome }) =>
    outcome.status === 'measured' && outcome.data.reuse !== null ? [{ subject, reuse: outcome.data.reuse }] : [],
  );
  const keys = [...new Set(tried.map(({ subject }) => keyOf(subject)))].toSorted((a, b) => placeOf(a) - placeOf(b));
  if (keys.length === 0) return undefined;
  const rows = keys.map((key) => {
    const runs = tried.filter(({ subject }) => keyOf(subject) === key);
    const [first] = runs;
    const perSecond = median(runs.map(({ reuse }) => (reuse.calls * NS_PER_S) / reuse.elapsedNs));
    const failed = runs.reduce((sum, { reuse }) => sum + reuse.failed, 0);
    return { arm: first?.subject['arm'] ?? '', words: reuseWords(first?.subject ?? {}), perSecond, failed };
  });
  const best = (arm: string): number => Math.max(...rows.filter((row) => row.arm === arm).map((row) => row.perSecond));
  return {
    caption: 'Session reuse: one client that calls without a pause',
    heads: ['', 'calls/s', 'of the best', 'failed'],
    rows: rows.map(({ arm, words, perSecond, failed }) => [
      `${titleOf(arm, planned)}: ${words}`,
      rate(perSecond),
      percent(perSecond / best(arm)),
      String(failed),
    ]),
  };
}

const keyOf = ({ arm, session, connections }: Steps[number]['subject']): string =>
  `${arm ?? ''} ${session ?? ''} ${connections ?? ''}`;

/** From what reuses most to what reuses nothing. */
const placeOf = (key: string): number =>
  ['shared kept', 'per-call kept', 'per-call new'].findIndex((end) => key.endsWith(end));

const reuseWords = ({ session, connections }: Steps[number]['subject']): string =>
  session === 'shared'
    ? 'one session for all calls'
    : `a session for each call, ${connections === 'kept' ? 'connections kept' : 'connections of its own'}`;
