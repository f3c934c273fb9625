/** The study `reconnect` in a report: one table per kind of cut, one row per client. */
import { percent, time, whole } from '../../claims/quantity.ts';
import { CUTS, type Cut, RECONNECT_CLIENTS, type ReconnectClient } from '../../scenario/studies/reconnect.ts';
import { type Recovery, type Return, differenceOf, recoveriesOf } from '../../stats/recoveries.ts';
import type { Estimate } from '../../stats/summary.ts';
import type { StudyRendering, StudyTable } from './rendering.ts';

const HEADS = ['', 'back by', 'noticed', 'waited', 'first event', '− waited', 'lost', 'twice'];

const CAPTIONS: Readonly<Record<Cut, string>> = {
  fin: 'Ended in an orderly way (FIN)',
  rst: 'Reset (RST)',
  restart: 'Server killed and started again at the same address',
  'idle-timeout': 'Ended by a hop for its silence',
  'black-hole': 'Silently dropped: neither end is told',
};

const TITLES: Readonly<Record<ReconnectClient, string>> = {
  eventsource: 'EventSource',
  'eventsource-watched': 'EventSource, watched',
  ws: 'ws',
  'ws-resume': 'ws + own code',
  'streamable-http-2025-11-25': 'HTTP 2025-11-25',
  'streamable-http-2026-07-28': 'HTTP 2026-07-28',
};

const RETURNS: Readonly<Record<Return, string>> = {
  library: 'itself',
  'stream-only': 'itself + app',
  application: 'app',
  never: 'never',
  'not-cut': 'not cut',
};

export const render: StudyRendering<'reconnect'> = (steps) => {
  const recoveries = recoveriesOf(
    steps.flatMap(({ subject, outcome }) => (outcome.status === 'measured' ? [{ subject, data: outcome.data }] : [])),
  );
  if (recoveries.length === 0) return { lines: [], tables: [], notes: [] };
  return {
    lines: [
      'Times from the cut on; medians over the cuts of a step, then over repetitions. "− waited": the first event without what the client’s retry policy made it wait.',
      'Back by: itself, the library alone; itself + app, the stream by the library, session and subscription on it by code of the application; app, all of it by code of the application.',
      'Lost: of the events published, counted by their numbers. Buffer: the endpoint keeps what it has sent, for clients that ask for what they have missed.',
    ],
    tables: CUTS.flatMap((cut) =>
      tableOf(
        cut,
        recoveries.filter((one) => one.cut === cut),
      ),
    ),
    notes: [...policyNotes(recoveries), ...bookNotes(recoveries), ...limitNotes(recoveries)],
  };
};

function tableOf(cut: Cut, recoveries: readonly Recovery[]): readonly StudyTable[] {
  if (recoveries.length === 0) return [];
  const inOrder = recoveries.toSorted((a, b) => placeOf(a) - placeOf(b));
  return [{ caption: CAPTIONS[cut], heads: HEADS, rows: inOrder.map(rowOf) }];
}

/** Tables list clients in one order, whichever order chance gave their steps. */
const placeOf = ({ client, buffer, heartbeats, retry }: Recovery): number =>
  RECONNECT_CLIENTS.indexOf(client) * 8 +
  (heartbeats === 'on' ? 4 : 0) +
  (buffer === 'replay' ? 2 : 0) +
  (retry === 'default' ? 1 : 0);

function rowOf(recovery: Recovery): readonly string[] {
  const { noticed, waited, firstEvent, beyondWait, books } = recovery;
  return [
    nameOf(recovery),
    returnWords(recovery),
    timeOr(noticed),
    recovery.backs === 0 ? '–' : timeOr(waited),
    timeOr(firstEvent),
    timeOr(beyondWait),
    `${whole(books.lost)} of ${whole(books.published)}`,
    whole(books.duplicated),
  ];
}

const timeOr = (estimate: Estimate | undefined): string => (estimate === undefined ? '–' : time(estimate.value));

const returnWords = ({ return: by, backs }: Recovery): string =>
  by === 'never' && backs > 0 ? `only ${whole(backs)} ×` : RETURNS[by];

function nameOf({ client, buffer, heartbeats, retry }: Recovery): string {
  const words = [
    TITLES[client],
    ...(buffer === 'replay' ? ['buffer'] : []),
    ...(heartbeats === 'on' ? ['heartbeats'] : []),
    ...(retry === 'default' ? ['own wait'] : []),
  ];
  return words.join(', ');
}

/** EventSource beside WebSocket with a policy of equal wait, and beside itself with another wait. */
function policyNotes(recoveries: readonly Recovery[]): readonly string[] {
  return recoveries
    .filter(({ client }) => client === 'eventsource')
    .toSorted((a, b) => CUTS.indexOf(a.cut) - CUTS.indexOf(b.cut) || placeOf(a) - placeOf(b))
    .flatMap((source) => {
      const same = (other: Recovery): boolean =>
        other.cut === source.cut && other.buffer === source.buffer && other.heartbeats === source.heartbeats;
      const socket = recoveries.find((one) => one.client === 'ws-resume' && same(one));
      return socket === undefined ? [] : noteOf(source, socket);
    });
}

function noteOf(source: Recovery, socket: Recovery): readonly string[] {
  const difference = differenceOf(source, socket);
  if (difference === undefined) return [];
  const words = {
    policy: 'policy, not transport',
    none: 'no difference that events this far apart could show',
    'beyond-policy': 'a difference beyond the wait',
  }[difference];
  const of = (one: Recovery): string => `${timeOr(one.firstEvent)} (${timeOr(one.beyondWait)} without the wait)`;
  return [`${source.cut}: ${nameOf(source)} ${of(source)}, ${nameOf(socket)} ${of(socket)}: ${words}`];
}

/** Whether the books and the wire agree about what was lost. */
function bookNotes(recoveries: readonly Recovery[]): readonly string[] {
  const sum = (of: (one: Recovery) => number): number => recoveries.reduce((total, one) => total + of(one), 0);
  const [lost, gap, reordered] = [
    sum(({ books }) => books.lost),
    sum(({ books }) => books.gap),
    sum(({ books }) => books.reordered),
  ];
  const withheld = sum(({ books }) => books.withheld);
  return [
    lost === gap
      ? `all ${whole(lost)} lost events were published in the gaps, as the numbers on the wire show`
      : `of ${whole(lost)} lost events ${whole(gap)} were published in the gaps, as the numbers on the wire show: the rest was lost elsewhere`,
    reordered === 0 ? 'no event came out of order' : `${whole(reordered)} events came out of order`,
    ...(withheld === 0
      ? []
      : [
          `${whole(withheld)} events fell due while a killed server was not there: never published, and not among the lost`,
        ]),
  ];
}

function limitNotes(recoveries: readonly Recovery[]): readonly string[] {
  const never = recoveries.filter((one) => one.return === 'never');
  const limits = [...new Set(never.map(({ limitNs }) => limitNs))].toSorted((a, b) => a - b);
  if (limits.length === 0) return [];
  const share = percent(never.filter(({ noticed }) => noticed === undefined).length / never.length);
  return [
    `never: not within ${limits.map(time).join(' or ')}; ${share} of these clients had not noticed by then. What the system’s own timers would find after minutes is not waited for`,
  ];
}
