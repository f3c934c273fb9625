/** Every published comparison with the ways in which it is measured here. */
import type { StepOutcome } from '../../result/study.ts';
import type { StudyData } from '../../result/study-data.ts';
import { type Variant, defaultVariant } from '../../scenario/variant.ts';
import { SDK_PACKAGE, sdkIsInstalled } from '../../sdk/package.ts';
import type { StepContext } from '../contract.ts';
import { timeCalls } from './calls.ts';
import { fetchCaller, inMemoryCaller, sessionPerCall, sharedSession, spawnedCaller } from './callers.ts';
import { countCallBytes, countPushBytes } from './message-bytes.ts';
import { pushedOverHttp1, pushedOverHttp2, pushedOverWebSocket } from './pushes.ts';
import { timeEventSource, timeWebSocket } from './reconnects.ts';

type Context = StepContext<'published'>;
export type Way = (context: Context) => Promise<StepOutcome<StudyData['published']>>;

const SSE = defaultVariant('sse');
const WEBSOCKET = defaultVariant('websocket');
const STREAMABLE = defaultVariant('streamable-http', 'sse');
const STDIO = defaultVariant('stdio');

const lean = (variant: Variant): Variant => ({ ...variant, client: 'lean' });

const calls =
  (
    open: Parameters<typeof timeCalls>[0],
    count: (context: Context) => number = ({ settings }) => settings.calls,
  ): Way =>
  async (context) => ({ status: 'measured', data: await timeCalls(open, count(context), context) });

const perSession = ({ settings }: Context): number => settings.sessions;

/** The official SDK is an optional peer. */
const bySdk = (variant: Variant): Way => {
  const measure = calls(sharedSession({ ...variant, client: 'sdk' }));
  return async (context) =>
    sdkIsInstalled()
      ? measure(context)
      : {
          status: 'not-measured',
          because: `${SDK_PACKAGE} is not installed beside the tool`,
          wouldAnswer: `npm install ${SDK_PACKAGE}`,
        };
};

export const WAYS: Readonly<Record<string, Readonly<Record<string, Way>>>> = {
  'published-ws-11x': {
    SSE: calls(sharedSession(SSE)),
    WebSocket: calls(sharedSession(WEBSOCKET)),
    'SSE, lean client': calls(sharedSession(lean(SSE))),
    'WebSocket, lean client': calls(sharedSession(lean(WEBSOCKET))),
    'SSE, POST by fetch()': calls(fetchCaller(SSE)),
    'SSE, official SDK': bySdk(SSE),
    'WebSocket, official SDK': bySdk(WEBSOCKET),
  },
  'published-ui-tars': {
    'Streamable HTTP': calls(sharedSession(STREAMABLE)),
    SSE: calls(sharedSession(SSE)),
    'Streamable HTTP, lean client': calls(sharedSession(lean(STREAMABLE))),
    'SSE, lean client': calls(sharedSession(lean(SSE))),
    'no wire': calls(inMemoryCaller()),
    stdio: calls(spawnedCaller(STDIO, 'once')),
    'stdio, a process per call': calls(spawnedCaller(STDIO, 'per call'), perSession),
  },
  'published-session-reuse': {
    'Streamable HTTP': calls(sharedSession(STREAMABLE)),
    'Streamable HTTP, a session per call': calls(sessionPerCall(STREAMABLE), perSession),
    SSE: calls(sharedSession(SSE)),
    'SSE, a session per call': calls(sessionPerCall(SSE), perSession),
  },
  'published-push-bytes': {
    SSE: countPushBytes(pushedOverHttp1),
    WebSocket: countPushBytes(pushedOverWebSocket),
    'SSE, HTTP/2': countPushBytes(pushedOverHttp2),
  },
  'published-87-bytes': {
    'SSE, server to client': countPushBytes(pushedOverHttp1),
    'WebSocket, server to client': countPushBytes(pushedOverWebSocket),
    'SSE, client to server': countCallBytes(SSE),
    'WebSocket, client to server': countCallBytes(WEBSOCKET),
  },
  'published-reconnect': {
    'SSE, fixed delay': timeEventSource,
    'WebSocket, fixed delay': timeWebSocket('fixed'),
    'WebSocket, doubling delay': timeWebSocket('doubling'),
  },
};
