/** Row and prose: what happens after the connection is lost. */
import { CUTS, type Cut, type ReconnectClient } from '../scenario/studies/reconnect.ts';
import { type Recovery, differenceOf, recoveriesOf } from '../stats/recoveries.ts';
import type { Judgement } from './claim.ts';
import { type StudyEvidence, defineStudyClaim } from './define-study.ts';
import { count, time, whole } from './quantity.ts';
import { type Part, type Truth, everyTruth, verdictOf, withNote } from './verdict.ts';

/** What ends a connection in a way that both ends are told of, while the server lives on. */
const ENDINGS: readonly Cut[] = ['fin', 'rst', 'idle-timeout'];

/** What an unstable network does besides ending connections: without these nothing is known of one. */
const UNSTABLE: readonly Cut[] = ['restart', 'black-hole'];

/** What has no way to ask for what it has missed. */
const ASK_FOR_NOTHING: readonly ReconnectClient[] = ['ws', 'streamable-http-2026-07-28'];

const CUT_WORDS: Readonly<Record<Cut, string>> = {
  fin: 'an orderly end',
  rst: 'a reset',
  restart: 'a killed server',
  'idle-timeout': 'an idle timeout',
  'black-hole': 'a silent loss',
};

/** Whether a stock client comes back by itself, and what it missed. */
export const reconnection = defineStudyClaim({
  kind: 'row',
  id: 'reconnection',
  label: 'Built-in Reconnection',
  claimed: { sse: 'yes (event-id tracking)', websocket: 'no' },
  rule:
    'SSE, and each later HTTP transport: true if, after every cut that ends a connection, events come again without code of the application and none is lost. ' +
    'WebSocket: true if the stock client is never back. How long a client waits is its policy and decides nothing. ' +
    'Killed servers, whose buffers die with them, and silent losses are left to the claim of self-healing.',
  study: 'reconnect',
  wouldAnswer: 'run reconnect: forced cuts in mid-stream with the stock client of each',
  measure: (evidence) => {
    const ended = endedOf(evidence);
    return {
      sse: linesOf(ended, 'eventsource'),
      websocket: [...linesOf(ended, 'ws'), ...linesOf(ended, 'ws-resume').map((line) => `own code, ${line}`)],
      others: {
        'Streamable HTTP 2025-11-25': linesOf(ended, 'streamable-http-2025-11-25'),
        'Streamable HTTP 2026-07-28': linesOf(ended, 'streamable-http-2026-07-28'),
      },
    };
  },
  judge: (evidence) => {
    const ended = endedOf(evidence);
    const socket = ended.filter(({ client }) => client === 'ws');
    if (socket.length === 0 || !ended.some(({ client }) => client === 'eventsource')) return undefined;
    const parts = [
      ...partsOf(ended, 'SSE', 'eventsource'),
      ...partsOf(ended, 'Streamable HTTP 2025-11-25', 'streamable-http-2025-11-25'),
      ...partsOf(ended, 'Streamable HTTP 2026-07-28', 'streamable-http-2026-07-28'),
      { of: 'WebSocket’s no', holds: socket.every(({ backs }) => backs === 0), seen: `back ${backsOf(socket)}` },
    ];
    return onFactor(verdictOf(parts), 'the server’s buffer and the revision');
  },
});

/** Those that were cut while the server lived, with equal waits. */
const endedOf = (evidence: StudyEvidence<'reconnect'>): readonly Recovery[] =>
  statedOf(evidence).filter((one) => ENDINGS.includes(one.cut) && one.cuts > 0);

const statedOf = ({ steps }: StudyEvidence<'reconnect'>): readonly Recovery[] =>
  recoveriesOf(steps).filter(({ retry }) => retry === 'stated');

const bufferWords = (buffer: Recovery['buffer']): string =>
  buffer === 'replay' ? 'with a buffer' : 'without a buffer';

/** One line for each buffer that was measured. */
function linesOf(recoveries: readonly Recovery[], client: ReconnectClient): readonly string[] {
  return (['replay', 'none'] as const).flatMap((buffer) => {
    const found = recoveries.filter((one) => one.client === client && one.buffer === buffer);
    if (found.length === 0) return [];
    const where = ASK_FOR_NOTHING.includes(client) ? '' : `${bufferWords(buffer)}: `;
    return [`${where}${returnWords(found)} ${backsOf(found)}, ${lostOf(found)}`];
  });
}

/** A condition for each buffer: back without code of the application, and nothing lost. */
function partsOf(recoveries: readonly Recovery[], title: string, client: ReconnectClient): readonly Part[] {
  return (['replay', 'none'] as const).flatMap((buffer) => {
    const found = recoveries.filter((one) => one.client === client && one.buffer === buffer);
    if (found.length === 0) return [];
    const holds = everyTruth(found.map(healsItself));
    const of = ASK_FOR_NOTHING.includes(client) ? title : `${title} ${bufferWords(buffer)}`;
    return [{ of, holds, seen: seenOf(found) }];
  });
}

const healsItself = (one: Recovery): Truth => one.return === 'library' && one.books.lost === 0;

function returnWords(recoveries: readonly Recovery[]): string {
  const all = new Set(recoveries.map((one) => one.return));
  if (all.has('never')) return 'back';
  if (all.has('application')) return 'back by its application';
  return all.has('stream-only') ? 'stream back by itself, session by its application' : 'back by itself';
}

/** What decides, in words. */
const seenOf = (recoveries: readonly Recovery[]): string =>
  recoveries.every((one) => one.return === 'library')
    ? lostOf(recoveries)
    : `${returnWords(recoveries)} ${backsOf(recoveries)}, ${lostOf(recoveries)}`;

/** `after 4 of 4 cuts`. */
function backsOf(recoveries: readonly Recovery[]): string {
  const sum = (of: (one: Recovery) => number): number => recoveries.reduce((total, one) => total + of(one), 0);
  return `after ${whole(sum(({ backs }) => backs))} of ${count(
    sum(({ cuts }) => cuts),
    'cut',
  )}`;
}

function lostOf(recoveries: readonly Recovery[]): string {
  const sum = (of: (one: Recovery) => number): number => recoveries.reduce((total, one) => total + of(one), 0);
  return `lost ${whole(sum(({ books }) => books.lost))} of ${whole(sum(({ books }) => books.published))}`;
}

/** A verdict that depends says on what. */
const onFactor = (verdict: Judgement, factor: string): Judgement =>
  verdict.word === 'depends' ? { ...verdict, because: `on ${factor}: ${verdict.because}` } : verdict;

/** Whether that makes a session robust where the network is not. */
export const selfHealing = defineStudyClaim({
  kind: 'prose',
  id: 'self-healing',
  label: 'Self-healing',
  claimed: 'Because it reconnects, SSE is robust where the network is not.',
  rule:
    'For each kind of cut, a killed server and a silent loss among them: true if, every time, events come to the stock SSE client again without code of the application and, where the server keeps them, none is lost. ' +
    'Beside it stands a WebSocket whose application waits as long and resumes from an equal buffer; what is left when both waits are taken off, within the distance of two events, is policy, not transport.',
  study: 'reconnect',
  wouldAnswer: 'run reconnect: ends, resets, killed servers, idle timeouts and silent losses',
  measure: (evidence) => ({ sse: byCut(evidence, 'eventsource'), websocket: byCut(evidence, 'ws-resume') }),
  judge: (evidence) => {
    const cuts = cutsOf(evidence);
    if (cuts.length === 0) return undefined;
    const parts = CUTS.filter((cut) => cuts.includes(cut) || UNSTABLE.includes(cut)).map((cut) =>
      healingPart(evidence, cut),
    );
    return withNote(onFactor(verdictOf(parts), 'the kind of cut'), comparisonOf(evidence));
  },
});

/** Its best case: with a buffer where that was measured; without heartbeats, which change nothing for a client that does not look at them. */
function bestOf(evidence: StudyEvidence<'reconnect'>, client: ReconnectClient, cut: Cut): Recovery | undefined {
  const found = statedOf(evidence).filter((one) => one.client === client && one.cut === cut && one.cuts > 0);
  return found.find(({ buffer }) => buffer === 'replay') ?? found.find(({ return: by }) => by !== 'never') ?? found[0];
}

const cutsOf = (evidence: StudyEvidence<'reconnect'>): readonly Cut[] =>
  CUTS.filter((cut) => bestOf(evidence, 'eventsource', cut) !== undefined);

function healingPart(evidence: StudyEvidence<'reconnect'>, cut: Cut): Part {
  const found = bestOf(evidence, 'eventsource', cut);
  if (found === undefined) return { of: CUT_WORDS[cut], holds: undefined, seen: 'not in this run' };
  const within = found.return === 'never' ? ` within ${time(found.limitNs)}` : '';
  return { of: CUT_WORDS[cut], holds: healsItself(found), seen: `${seenOf([found])}${within}` };
}

/** Up to three lines: ends of any kind, a killed server, a silent loss. */
function byCut(evidence: StudyEvidence<'reconnect'>, client: ReconnectClient): readonly string[] {
  const lines: readonly (readonly [string, readonly Cut[]])[] = [
    ['ended', ENDINGS],
    ['killed', ['restart']],
    ['silent', ['black-hole']],
  ];
  return lines.flatMap(([word, cuts]) => {
    const found = cuts.flatMap((cut) => bestOf(evidence, client, cut) ?? []);
    return found.length === 0 ? [] : [`${word}: ${returnWords(found)} ${backsOf(found)}, ${lostOf(found)}`];
  });
}

/** WebSocket with an application's policy of equal wait, beside it. */
function comparisonOf(evidence: StudyEvidence<'reconnect'>): string {
  const pairs = cutsOf(evidence).flatMap((cut) => {
    const [source, socket] = [bestOf(evidence, 'eventsource', cut), bestOf(evidence, 'ws-resume', cut)];
    if (source === undefined || socket === undefined) return [];
    return [{ cut, source, socket, difference: differenceOf(source, socket) }];
  });
  const [first] = pairs.filter(({ difference }) => difference !== undefined);
  if (first === undefined) return '';
  const beyond = pairs.filter(({ difference }) => difference === 'beyond-policy').map(({ cut }) => CUT_WORDS[cut]);
  const isPolicy = pairs.some(({ difference }) => difference === 'policy');
  const words =
    beyond.length > 0
      ? `they differ beyond their waits after ${beyond.join(', ')}`
      : isPolicy
        ? 'what differs is policy, not transport'
        : 'no difference that events this far apart could show';
  return `a WebSocket whose application waits as long and resumes is back too: after ${CUT_WORDS[first.cut]} ${without(first.socket)} beyond the wait against ${without(first.source)} (${words})`;
}

const without = ({ beyondWait }: Recovery): string => (beyondWait === undefined ? '–' : time(beyondWait.value));
