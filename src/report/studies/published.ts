/** The study `published` in a report: for each published comparison what was published, what was measured here, and what explains the difference. */
import { plain, rate, size, time, timeWithInterval, times } from '../../claims/quantity.ts';
import type { StudyData } from '../../result/study-data.ts';
import { PUBLISHED, type PublishedFigure } from '../../scenario/studies/published.ts';
import { estimate } from '../../stats/estimate.ts';
import type { Estimate } from '../../stats/summary.ts';
import type { StudyRendering, StudyTable } from './rendering.ts';

type Data = StudyData['published'];

/** One way of measuring a figure, over its repetitions. */
export interface MeasuredWay {
  readonly way: string;
  /** In the figure's own unit: nanoseconds, calls per second, or bytes beyond the message. */
  readonly value: Estimate;
  /** Of coming back: without what the client waited by its own choice, in nanoseconds. */
  readonly unwaited: Estimate | undefined;
}

export const render: StudyRendering<'published'> = (steps) => {
  const figures = PUBLISHED.map((figure) => ({ figure, ways: waysOf(figure, steps) })).filter(
    ({ ways }) => ways.length > 0,
  );
  return {
    lines: [
      'Published · measured here · what explains the difference. Medians over repetitions; [ ]: between which of them.',
    ],
    tables: figures.map(({ figure, ways }) => tableOf(figure, ways)),
    notes: figures.flatMap(({ figure, ways }) => explanationOf(figure.id, ways)),
  };
};

function waysOf(figure: PublishedFigure, steps: Parameters<typeof render>[0]): readonly MeasuredWay[] {
  return figure.ways.flatMap((way) => {
    const found = steps.flatMap(({ subject, outcome }) =>
      subject['figure'] === figure.id && subject['way'] === way && outcome.status === 'measured' ? [outcome.data] : [],
    );
    const value = estimate(found.map((data) => valueOf(figure, data)));
    const unwaited = estimate(
      found.flatMap(({ timesNs, waitedNs }) => timesNs.flatMap((took, at) => lessWaiting(took, waitedNs[at]))),
    );
    return value === undefined ? [] : [{ way, value, unwaited }];
  });
}

const lessWaiting = (took: number, waited: number | undefined): readonly number[] =>
  waited === undefined ? [] : [took - waited];

function valueOf({ what }: PublishedFigure, { timesNs, bytes }: Data): number {
  if (what === 'bytes per message')
    return bytes === null ? Number.NaN : (bytes.wireBytes - bytes.payloadBytes) / bytes.messages;
  if (what === 'calls per second') return (timesNs.length * 1e9) / timesNs.reduce((sum, span) => sum + span, 0);
  return estimate(timesNs)?.value ?? Number.NaN;
}

const HEADS: Readonly<Record<PublishedFigure['what'], string>> = {
  'call time': 'a call takes',
  'calls per second': 'calls/s',
  'bytes per message': 'beyond the message',
  'time to come back': 'back after',
};

function tableOf({ id, where, says, ways: all, what }: PublishedFigure, ways: readonly MeasuredWay[]): StudyTable {
  const first = ways.find(({ way }) => way === all[0]);
  const comesBack = what === 'time to come back';
  return {
    caption: `${id}, published: ${says} (${where})`,
    heads: ['measured here', HEADS[what], `÷ ${all[0] ?? ''}`, ...(comesBack ? ['without waiting'] : [])],
    rows: ways.map(({ way, value, unwaited }) => [
      way,
      text(what, value),
      first === undefined ? '–' : times(value.value / first.value.value),
      ...(comesBack ? [unwaited === undefined ? '–' : time(unwaited.value)] : []),
    ]),
  };
}

function text(what: PublishedFigure['what'], value: Estimate): string {
  if (what === 'bytes per message') return `${plain(value.value)} B`;
  return what === 'calls per second' ? rate(value.value) : timeWithInterval(value);
}

/** What explains each figure, from what was measured of it; silent where the ways that it needs are missing. */
const EXPLANATIONS: Readonly<Record<string, (of: (way: string) => MeasuredWay | undefined) => string | undefined>> = {
  'published-ws-11x': (of) => {
    const ratios = [
      ratioText('lean clients', of('SSE, lean client'), of('WebSocket, lean client')),
      ratioText('stock libraries', of('SSE'), of('WebSocket')),
      ratioText('fetch() for each POST', of('SSE, POST by fetch()'), of('WebSocket')),
      ratioText('the official SDK', of('SSE, official SDK'), of('WebSocket, official SDK')),
    ].filter((words) => words !== undefined);
    return ratios.length < 2
      ? undefined
      : `SSE takes ${ratios.join(', ')}: what the client library adds is in the ratio`;
  },
  'published-ui-tars': (of) => {
    const [kept, perCall] = [of('stdio'), of('stdio, a process per call')];
    if (kept === undefined || perCall === undefined) return undefined;
    const orders = [
      orderText('stock libraries', of('Streamable HTTP'), of('SSE')),
      orderText('lean clients', of('Streamable HTTP, lean client'), of('SSE, lean client')),
    ].filter((words) => words !== undefined);
    const order = orders.length === 0 ? '' : `Streamable HTTP makes ${orders.join(', ')}; `;
    return `${order}stdio makes ${rate(kept.value.value)} calls/s with one process and ${rate(perCall.value.value)} with a process for each: ${times(kept.value.value / perCall.value.value)} is the start of processes`;
  },
  'published-session-reuse': (of) => {
    const [shared, perCall] = [of('Streamable HTTP'), of('Streamable HTTP, a session per call')];
    const [sse, ssePerCall] = [of('SSE'), of('SSE, a session per call')];
    if (shared === undefined || perCall === undefined || sse === undefined || ssePerCall === undefined)
      return undefined;
    return `keeping the session is worth ${times(shared.value.value / perCall.value.value)} on Streamable HTTP and ${times(sse.value.value / ssePerCall.value.value)} on SSE; with shared sessions the two differ by ${times(shared.value.value / sse.value.value)}`;
  },
  'published-push-bytes': (of) => {
    const [sse, webSocket, h2] = [of('SSE'), of('WebSocket'), of('SSE, HTTP/2')];
    if (sse === undefined || webSocket === undefined || h2 === undefined) return undefined;
    return `beyond the event: ${size(sse.value.value)} for SSE (chunk and field), ${size(h2.value.value)} over HTTP/2 (frame and field), ${size(webSocket.value.value)} for WebSocket (frame)`;
  },
  'published-87-bytes': (of) => {
    const [down, up] = [of('SSE, server to client'), of('SSE, client to server')];
    if (down === undefined || up === undefined) return undefined;
    return `an SSE message from the server carries ${size(down.value.value)} of framing and no headers; one from the client is a POST and carries ${size(up.value.value)}`;
  },
  'published-reconnect': (of) => {
    const [sse, webSocket] = [of('SSE, fixed delay'), of('WebSocket, fixed delay')];
    if (sse?.unwaited === undefined || webSocket?.unwaited === undefined) return undefined;
    return `without the delay that each client chose, SSE is back in ${time(sse.unwaited.value)} and WebSocket in ${time(webSocket.unwaited.value)}: the rest is retry policy`;
  },
};

/** Which of two is ahead, and by what. */
function orderText(name: string, of: MeasuredWay | undefined, against: MeasuredWay | undefined): string | undefined {
  if (of === undefined || against === undefined) return undefined;
  return `${times(of.value.value / against.value.value)} the calls of SSE through ${name}`;
}

function ratioText(name: string, of: MeasuredWay | undefined, against: MeasuredWay | undefined): string | undefined {
  if (of === undefined || against === undefined) return undefined;
  return `${times(of.value.value / against.value.value)} the time of WebSocket through ${name}`;
}

function explanationOf(id: string, ways: readonly MeasuredWay[]): readonly string[] {
  const said = EXPLANATIONS[id]?.((way) => ways.find((one) => one.way === way));
  return said === undefined ? [] : [`${id}: ${said}`];
}
