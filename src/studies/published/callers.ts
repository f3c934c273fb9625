/** Everybody who calls: through the tool's own clients, the official SDK's, `fetch()`, without a wire, or with a fresh session or process for each call. */
import { connectStack } from '../../driver/client-stack.ts';
import { ServerFarm } from '../../endpoint/farm.ts';
import { MAX_MESSAGE_BYTES } from '../../endpoint/limits.ts';
import type { RepeatedCall } from '../../mcp/call-template.ts';
import { describeOutcome, type Exchange } from '../../mcp/outcome.ts';
import { nonceOf } from '../../mcp/payload.ts';
import type { McpPeer } from '../../mcp/peer.ts';
import { eraOf } from '../../mcp/revisions.ts';
import { BenchServer } from '../../mcp/server.ts';
import { type Variant, defaultVariant } from '../../scenario/variant.ts';
import { loadSdk } from '../../sdk/package.ts';
import type { Endpoint, ServerPipes } from '../../transports/contract.ts';
import { loadTransport } from '../../transports/discover.ts';
import { seconds, toMilliseconds } from '../../units.ts';
import { startStudyEndpoint } from '../bench.ts';
import type { StepContext } from '../contract.ts';
import type { Caller, OpenCaller } from './calls.ts';
import { openFetchSession } from './fetch-session.ts';

type Context = StepContext<'published'>;

const CALL_NS = seconds(10);
const TEXT_BYTES = 64;

interface At {
  readonly address: string;
  readonly certificate: string | undefined;
  readonly launch?: (() => Promise<ServerPipes>) | undefined;
}

/** One MCP client with its session open, and calls through it. */
async function openPeer(variant: Variant, at: At, { clock }: Context): Promise<Caller> {
  const transport = await loadTransport(variant.transport);
  const { client, channel } = await connectStack(
    {
      transport,
      sdk: variant.client === 'sdk' ? await loadSdk() : undefined,
      clock,
      variant,
      address: at.address,
      timeoutNs: CALL_NS,
      weigh: false,
      connect: {
        headers: {},
        maxMessageBytes: MAX_MESSAGE_BYTES,
        certificate: at.certificate,
        timeoutMs: toMilliseconds(CALL_NS),
        launch: at.launch,
      },
    },
    0,
  );
  const close = async (): Promise<void> => {
    client.mcp.detach();
    await channel.close().catch(() => undefined); // The sockets die with the step's process.
  };
  try {
    await client.mcp.open(variant.protocol);
  } catch (error) {
    await close();
    throw error;
  }
  return { call: echoCaller(client.mcp), close };
}

/** Written once and patched where the client can do so, as in a trial. */
function echoCaller(mcp: McpPeer): () => Promise<void> {
  let sequence = 0;
  return async () => {
    const nonce = nonceOf(0, sequence);
    const text = padded(nonce);
    sequence += 1;
    const { outcome } =
      mcp.startCall === undefined
        ? await mcp.request('tools/call', { name: 'echo', arguments: { text } })
        : await new Promise<Exchange>((resolve) => mcp.startCall?.(ECHO, nonce, resolve));
    if (outcome.kind !== 'ok') throw new Error(`a call: ${describeOutcome(outcome)}`);
    if (outcome.asExpected === true) return;
    const [content] = outcome.result['content'] as readonly { readonly text: string }[];
    if (content?.text !== text) throw new Error('a call was answered with another text');
  };
}

const padded = (nonce: string): string => nonce.padEnd(TEXT_BYTES, 'x');

const ECHO: RepeatedCall = {
  tool: 'echo',
  argumentsWith: (nonce) => ({ text: padded(nonce) }),
  answerWith: padded,
};

/** Unlike that of any other call, and of the same length. */
export const echoText = (sequence: number): string => padded(nonceOf(0, sequence));

/** A client that keeps its session. */
export const sharedSession =
  (variant: Variant): OpenCaller =>
  async (context) => {
    const endpoint = await startStudyEndpoint({ ...context, variant });
    try {
      const caller = await openPeer(variant, endpoint, context);
      return {
        call: () => caller.call(),
        close: async () => {
          await caller.close();
          await endpoint.end();
        },
      };
    } catch (error) {
      await endpoint.end();
      throw error;
    }
  };

/** A session for every call: connected, opened, used once, closed. */
export const sessionPerCall =
  (variant: Variant): OpenCaller =>
  async (context) => {
    const endpoint = await startStudyEndpoint({ ...context, variant });
    return { call: () => onceWith(() => openPeer(variant, endpoint, context)), close: () => endpoint.end() };
  };

async function onceWith(open: () => Promise<Caller>): Promise<void> {
  const caller = await open();
  try {
    await caller.call();
  } finally {
    await caller.close();
  }
}

/** A server that the client has started: one for all calls, or one for each. */
export const spawnedCaller =
  (variant: Variant, processes: 'once' | 'per call'): OpenCaller =>
  async (context) => {
    const farm = new ServerFarm(context.clock);
    await farm.handlers.start({ variant, seed: context.seed, maxMessageBytes: MAX_MESSAGE_BYTES });
    const at = { address: variant.transport, certificate: undefined, launch: () => farm.launch(0, undefined) };
    const open = (): Promise<Caller> => openPeer(variant, at, context);
    return processes === 'once' ? open() : { call: () => onceWith(open), close: () => Promise.resolve() };
  };

/** The handler called within this process, through the same client. */
export const inMemoryCaller = (): OpenCaller => async (context) => {
  const variant = defaultVariant('loopback');
  const { clock, seed } = context;
  const server = new BenchServer({ clock, seed, die: () => undefined, era: eraOf(variant.protocol) });
  const transport = await loadTransport(variant.transport);
  const endpoint: Endpoint = await transport.startEndpoint({ server, variant, maxMessageBytes: MAX_MESSAGE_BYTES });
  const caller = await openPeer(variant, endpoint, context);
  return {
    call: () => caller.call(),
    close: async () => {
      await caller.close();
      await endpoint.close();
    },
  };
};

/** The stream by the stock `eventsource`, the calls by the platform's `fetch()`: what many clients are written with. */
export const fetchCaller =
  (variant: Variant): OpenCaller =>
  async (context) => {
    const endpoint = await startStudyEndpoint({ ...context, variant });
    try {
      const session = await openFetchSession(endpoint.address);
      let sequence = 0;
      return {
        call: async () => {
          const text = echoText(sequence);
          sequence += 1;
          await session.echo(text);
        },
        close: async () => {
          session.close();
          await endpoint.end();
        },
      };
    } catch (error) {
      await endpoint.end();
      throw error;
    }
  };
