/** A session with somebody's server before anything is measured: what it speaks, what it offers, and which call it answers. */
import { ENDED_HERE, startSupervised, type Supervised } from '../child/supervised.ts';
import { McpClient } from '../mcp/client.ts';
import { type JsonObject, isObject } from '../mcp/jsonrpc.ts';
import { describeOutcome } from '../mcp/outcome.ts';
import { LATEST_HANDSHAKE_REVISION, STATELESS_REVISION, eraOf } from '../mcp/revisions.ts';
import { monotonicClock } from '../measure/clock.ts';
import { type ProtocolRevision, type Variant, defaultVariant } from '../scenario/variant.ts';
import { quote } from '../scenario/wording.ts';
import type { Channel, Transport } from '../transports/contract.ts';
import { loadTransport, transportNames } from '../transports/discover.ts';
import { bytes, milliseconds, toMilliseconds } from '../units.ts';
import { type ToolCall, type ToolWish, candidates } from './choose-tool.ts';
import { type Detected, MODERN_META, detect, revisionOf, said } from './detect.ts';
import { LookError } from './http-look.ts';
import { lastLine } from './last-line.ts';
import { NoMcp, OpeningWatch } from './opening-watch.ts';
import { type TargetSpec, secretsOf } from './spec.ts';

/** What was found out. */
export interface Survey {
  readonly variant: Variant;
  readonly transportTitle: string;
  /** As the server calls itself; not fit to print. */
  readonly serverName: string;
  readonly toolCount: number;
  readonly call: ToolCall;
  /** Tools that came before the chosen one, with the reason. */
  readonly skipped: readonly { readonly tool: string; readonly why: string }[];
}

const MAX_MESSAGE_BYTES = bytes(16 * 1024 * 1024);
/** [spec] a server that stays silent for a reasonable time is one of the handshake era. */
const PROBE_LIMIT_MS = 3_000;
const MOST_PAGES = 100;

/** Rejects with an `Error` whose message goes after the target's name; it may repeat what the server said. */
export async function survey(spec: TargetSpec, wish: ToolWish, limitMs: number): Promise<Survey> {
  const detected = await detectIt(spec, limitMs);
  const transport = await transportOf(detected.transport);
  const revisions = revisionsToTry(transport, spec, detected);
  const leftMs = leftOf(limitMs);
  let failure: unknown;
  for (const protocol of revisions) {
    const variant = variantOf(spec, detected, protocol);
    try {
      return await talk({ spec, wish, limitMs, transport, variant, leftMs, isProbe: revisions.length > 1 });
    } catch (error) {
      if (!(error instanceof NotThisEra)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** A countdown that begins now. Timers take no less than a millisecond. */
function leftOf(limitMs: number): () => number {
  const clock = monotonicClock();
  const began = toMilliseconds(clock.now());
  return () => Math.max(1, Math.ceil(began + limitMs - toMilliseconds(clock.now())));
}

/** The server does not answer as one of this revision's era would. */
class NotThisEra extends Error {
  override readonly name = 'NotThisEra';
}

function detectIt({ url, headers, transport, protocol }: TargetSpec, limitMs: number): Promise<Detected> {
  if (url === undefined) return Promise.resolve({ transport: transport ?? 'stdio', protocol, reply: null });
  return detect({ url: new URL(url), headers, transport, protocol, limitMs });
}

async function transportOf(name: string): Promise<Transport> {
  if (!transportNames().includes(name)) throw new LookError(`speaks ${name}, which this tool has no driver for`);
  return loadTransport(name);
}

/** [spec] 2026-07-28, stdio: the newer era is probed for first, on a connection of its own. Nothing is probed where the transport has told, or was told. */
function revisionsToTry(transport: Transport, spec: TargetSpec, detected: Detected): readonly ProtocolRevision[] {
  const known = spec.protocol ?? detected.protocol;
  const both: readonly ProtocolRevision[] =
    detected.transport === 'sse' ? [LATEST_HANDSHAKE_REVISION] : [STATELESS_REVISION, LATEST_HANDSHAKE_REVISION];
  const wanted = known === undefined ? both : [known];
  const supports = wanted.map((protocol) => ({
    protocol,
    support: transport.supports(variantOf(spec, detected, protocol)),
  }));
  const possible = supports.filter(({ support }) => support.supported);
  const [first] = supports;
  if (possible.length === 0 && first?.support.supported === false)
    throw new LookError(`cannot be driven over ${transport.title} ${first.protocol}: ${first.support.reason}`);
  return possible.map(({ protocol }) => protocol);
}

function variantOf({ url, name }: TargetSpec, { transport, reply }: Detected, protocol: ProtocolRevision): Variant {
  const tls = url !== undefined && /^(https|wss):/.test(url);
  return { ...defaultVariant(transport, reply), protocol, tls, target: name };
}

interface Talk {
  readonly spec: TargetSpec;
  readonly wish: ToolWish;
  readonly limitMs: number;
  readonly transport: Transport;
  readonly variant: Variant;
  /** What is left of `limitMs` for opening a session, whatever revisions are tried for it. */
  readonly leftMs: () => number;
  /** Another revision will be tried if this one fails. */
  readonly isProbe: boolean;
}

async function talk(options: Talk): Promise<Survey> {
  const started: Supervised[] = [];
  let connected: Connected | undefined;
  try {
    connected = await open(options, started);
    return await lookAround(options, connected);
  } catch (error) {
    throw (await deathOf(started, error)) ?? error;
  } finally {
    connected?.client.detach();
    await connected?.channel.close();
    await Promise.all(started.map((one) => one.end()));
  }
}

interface Connected {
  readonly client: McpClient;
  readonly channel: Channel;
  /** What the server said of itself. */
  readonly initialized: JsonObject;
}

async function open(options: Talk, started: Supervised[]): Promise<Connected> {
  const { limitMs, leftMs, variant, isProbe } = options;
  const isModern = eraOf(variant.protocol) === 'per-request';
  const timeoutMs = isProbe && isModern ? Math.min(limitMs / 2, PROBE_LIMIT_MS) : leftMs();
  try {
    return await openSession(options, started, timeoutMs);
  } catch (error) {
    if (!isProbe || !isModern || error instanceof NoMcp) throw error;
    throw new NotThisEra(error instanceof Error ? error.message : String(error));
  }
}

async function openSession(
  { spec, limitMs, leftMs, transport, variant }: Talk,
  started: Supervised[],
  timeoutMs: number,
): Promise<Connected> {
  const client = new McpClient({ clock: monotonicClock(), timeoutNs: milliseconds(limitMs) });
  const watch = new OpeningWatch(client, spec.url === undefined ? 'its command ' : '');
  const channel = await transport.connect(spec.url ?? '', {
    variant,
    headers: spec.headers,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    // Over HTTP it is that of later answers as well.
    timeoutMs: spec.url === undefined ? timeoutMs : limitMs,
    events: watch,
    launch: async () => {
      const server = await startSupervised(spec.argv ?? [], { cwd: spec.cwd });
      started.push(server);
      return server;
    },
  });
  client.attach(channel);
  try {
    const forAnswerMs = Math.min(timeoutMs, leftMs());
    const initialized = await watch.outcomeOf(hello(client, variant.protocol), { forAnswerMs, limitMs });
    return { client, channel, initialized };
  } catch (error) {
    client.detach();
    await channel.close();
    throw error;
  }
}

async function hello(client: McpClient, protocol: ProtocolRevision): Promise<JsonObject> {
  const initialized = await client.open(protocol);
  if (eraOf(protocol) === 'per-request') await confirm(client, protocol);
  return initialized;
}

/** [spec] versioning: some servers of the older era answer requests that nobody initialized; only `server/discover` tells. */
async function confirm(client: McpClient, protocol: ProtocolRevision): Promise<void> {
  const { outcome } = await client.request('server/discover', { _meta: MODERN_META });
  if (outcome.kind !== 'ok') throw new Error(`server/discover: ${said(describeOutcome(outcome))}`);
  const versions = outcome.result['supportedVersions'];
  if (!Array.isArray(versions) || !versions.includes(protocol)) throw new Error(`does not speak ${protocol}`);
}

async function lookAround({ spec, wish, transport, variant }: Talk, connected: Connected): Promise<Survey> {
  const protocol = agreed(spec, variant, connected.initialized);
  const tools = await listTools(connected);
  const { calls, skipped } = candidates(tools, wish, secretsOf(spec));
  const passed = [...skipped];
  for (const call of calls) {
    const why = await whyNot(connected, call);
    if (why === undefined) {
      return {
        variant: { ...variant, protocol },
        transportTitle: transport.title,
        serverName: nameOf(connected.initialized),
        toolCount: tools.length,
        call,
        skipped: passed,
      };
    }
    if (wish.tool !== undefined) throw new Error(`the call of its tool ${quote(call.tool)} failed: ${why}`);
    passed.push({ tool: call.tool, why });
  }
  throw new Error(nothingToCall(tools.length, passed));
}

function nothingToCall(count: number, passed: Survey['skipped']): string {
  if (count === 0) return 'has no tools to call';
  const reasons = passed.slice(0, 5).map(({ tool, why }) => `${quote(tool)}: ${why}`);
  return `has no tool that could be called without --args (${reasons.join('; ')}${passed.length > 5 ? '; …' : ''}); name one with --tool and --args`;
}

/** The revision that both ends speak. Throws where it is not the one that was asked for. */
function agreed(spec: TargetSpec, { protocol }: Variant, initialized: JsonObject): ProtocolRevision {
  if (eraOf(protocol) === 'per-request') return protocol;
  const negotiated = revisionOf(initialized['protocolVersion']);
  if (spec.protocol !== undefined && negotiated !== spec.protocol)
    throw new Error(`was asked for revision ${spec.protocol} and negotiated ${negotiated}`);
  return negotiated;
}

function nameOf(initialized: JsonObject): string {
  const meta = initialized['_meta'];
  const info = initialized['serverInfo'] ?? (isObject(meta) ? meta['io.modelcontextprotocol/serverInfo'] : undefined);
  return isObject(info) && typeof info['name'] === 'string' ? info['name'] : 'a server without a name';
}

async function listTools({ client }: Connected): Promise<JsonObject[]> {
  const tools: JsonObject[] = [];
  let cursor: unknown;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { outcome } = await client.request('tools/list', cursor === undefined ? {} : { cursor });
    if (outcome.kind !== 'ok') throw new Error(`tools/list: ${said(describeOutcome(outcome))}`);
    const list = outcome.result['tools'];
    if (!Array.isArray(list)) throw new Error('answered tools/list without a list of tools');
    tools.push(...list.filter(isObject));
    cursor = outcome.result['nextCursor'];
    if (typeof cursor !== 'string') return tools;
  }
  throw new Error(`does not come to an end with its list of tools (${MOST_PAGES} pages)`);
}

/** Why the tool cannot be measured; `undefined` when it answers. */
async function whyNot({ client }: Connected, { tool, args }: ToolCall): Promise<string | undefined> {
  const { outcome } = await client.request('tools/call', { name: tool, arguments: args });
  if (outcome.kind !== 'ok') return said(describeOutcome(outcome));
  const { result } = outcome;
  return result['isError'] === true ? `it answered with an error: ${said(firstText(result))}` : undefined;
}

function firstText({ content }: JsonObject): unknown {
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  return isObject(first) ? first['text'] : undefined;
}

/** Where a server that this session started has died: that, and what it said last, says more than the session does. */
async function deathOf(started: readonly Supervised[], error: unknown): Promise<Error | undefined> {
  const last = started.at(-1);
  if (last === undefined) return undefined;
  const how = await Promise.race([last.gone, afterMoment()]);
  if (how === undefined || how === ENDED_HERE) return undefined;
  const death = new Error(`its command ${how}${lastLine(last.lastWords())}; run it by itself to see why`);
  return error instanceof NotThisEra ? new NotThisEra(death.message) : death;
}

const afterMoment = (): Promise<undefined> => new Promise((resolve) => setTimeout(() => resolve(undefined), 100));
