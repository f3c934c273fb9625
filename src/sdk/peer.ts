/** The official SDK's `Client` as something that load can be driven through. What it does is what its users get; what passes is counted below it. */
import type { Client, ProgressCallback } from '@modelcontextprotocol/client';
import type { StrayCounts } from '../mcp/client.ts';
import type { Exchange, Outcome } from '../mcp/outcome.ts';
import { type JsonObject, isObject } from '../mcp/jsonrpc.ts';
import type { McpPeer, PeerCounts, PeerEvents } from '../mcp/peer.ts';
import { eraOf } from '../mcp/revisions.ts';
import type { Clock } from '../measure/clock.ts';
import type { ProtocolRevision } from '../scenario/variant.ts';
import { type Nanoseconds, toMilliseconds } from '../units.ts';
import type { Sdk, SdkTransport } from './package.ts';
import { TappedTransport } from './tap.ts';

export interface SdkPeerOptions {
  readonly sdk: Sdk;
  readonly transport: SdkTransport;
  /** As in a connection: errors after which it is gone, although the SDK's transport goes on trying. */
  readonly isFatal: (error: Error) => boolean;
  readonly clock: Clock;
  readonly timeoutNs: Nanoseconds;
  readonly protocol: ProtocolRevision;
  readonly events: PeerEvents;
  /** Count JSON-RPC bytes, at the price of serialising every message twice. */
  readonly weigh: boolean;
}

/** The SDK's, as far as it is used without knowing a method's own types. */
type AnyRequest = (
  request: { readonly method: string; readonly params?: JsonObject },
  options: { readonly timeout: number },
) => Promise<JsonObject>;

/** Progress is counted below; the SDK asks for it only on behalf of a callback. */
const unheard: ProgressCallback = () => undefined;

export class SdkPeer implements McpPeer {
  readonly #options: SdkPeerOptions;
  readonly #client: Client;
  readonly #tap: TappedTransport;
  readonly #timeoutMs: number;
  #nextId = 1;
  #closedBecause: string | undefined;

  constructor(options: SdkPeerOptions) {
    const { sdk, transport, isFatal, clock, events, protocol, weigh } = options;
    this.#options = options;
    this.#timeoutMs = toMilliseconds(options.timeoutNs);
    this.#tap = new TappedTransport({
      inner: transport,
      onNotification: (method, params) => events.onNotification(method, params, clock.now()),
      isFatal,
      weigh,
    });
    this.#client = new sdk.Client(
      { name: 'mcp-transport-bench', version: '1' },
      {
        supportedProtocolVersions: [protocol],
        versionNegotiation: { mode: eraOf(protocol) === 'handshake' ? 'legacy' : { pin: protocol } },
      },
    );
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's own interface, no EventTarget.
    this.#client.onclose = () => this.#closed();
  }

  get strays(): Readonly<StrayCounts> {
    return this.#tap.strays;
  }

  /** The SDK opens none again: to it a lost session is an error of every call. */
  readonly sessionsReopened = 0;

  get counts(): Readonly<PeerCounts> {
    return this.#tap.counts;
  }

  get nextId(): number {
    return this.#nextId;
  }

  async open(): Promise<JsonObject> {
    try {
      await this.#client.connect(this.#tap, { timeout: this.#timeoutMs });
    } catch (error) {
      throw new Error(`the SDK could not open a session: ${reasonOf(error)}`, { cause: error });
    }
    return this.#tap.firstResult ?? {};
  }

  async subscribe(uris: readonly string[]): Promise<void> {
    const timeout = { timeout: this.#timeoutMs };
    try {
      if (eraOf(this.#options.protocol) === 'handshake') {
        for (const uri of uris) await this.#client.subscribeResource({ uri }, timeout);
      } else {
        await this.#client.listen({ resourceSubscriptions: [...uris] }, timeout);
      }
    } catch (error) {
      throw new Error(`subscribing to ${uris.join(', ')}: ${reasonOf(error)}`, { cause: error });
    }
  }

  start(method: string, params: JsonObject | undefined, settle: (exchange: Exchange) => void): void {
    this.#nextId += 1;
    const { clock } = this.#options;
    const sentNs = clock.now();
    void this.#ask(method, params).then(
      (result) => settle({ outcome: { kind: 'ok', result }, sentNs, completedNs: clock.now() }),
      (error: unknown) => settle({ outcome: this.#outcomeOf(error), sentNs, completedNs: clock.now() }),
    );
  }

  startPing(settle: (exchange: Exchange) => void): void {
    this.start(eraOf(this.#options.protocol) === 'handshake' ? 'ping' : 'server/discover', undefined, settle);
  }

  request(method: string, params: JsonObject | undefined): Promise<Exchange> {
    return new Promise((resolve) => {
      this.start(method, params, resolve);
    });
  }

  #ask(method: string, params: JsonObject | undefined): Promise<JsonObject> {
    const timeout = this.#timeoutMs;
    if (method !== 'tools/call') return this.#request(method, params);
    const call = params as { readonly name: string; readonly arguments: JsonObject; readonly _meta?: JsonObject };
    const token = isObject(call['_meta']) ? call['_meta']['progressToken'] : undefined;
    if (token === undefined) return this.#client.callTool(call, { timeout });
    this.#tap.tokens.set(call.arguments, token);
    return this.#client.callTool(call, { timeout, onprogress: unheard });
  }

  /** A method that the SDK does not know, or not of this revision, is refused by it: as a rejection, like any other refusal. */
  async #request(method: string, params: JsonObject | undefined): Promise<JsonObject> {
    const request: AnyRequest = this.#client.request.bind(this.#client);
    return request(params === undefined ? { method } : { method, params }, { timeout: this.#timeoutMs });
  }

  #outcomeOf(error: unknown): Outcome {
    const { SdkError, SdkErrorCode, ProtocolError } = this.#options.sdk;
    if (this.#closedBecause !== undefined) return { kind: 'disconnected', reason: this.#closedBecause };
    if (error instanceof ProtocolError) return { kind: 'rejected', reason: `error ${error.code}: ${error.message}` };
    const code = error instanceof SdkError ? error.code : undefined;
    if (code === SdkErrorCode.RequestTimeout) return { kind: 'timed-out' };
    const lost = code === SdkErrorCode.ConnectionClosed || code === SdkErrorCode.NotConnected;
    return { kind: lost || isNetworkFailure(error) ? 'disconnected' : 'rejected', reason: reasonOf(error) };
  }

  #closed(): void {
    if (this.#closedBecause !== undefined) return;
    const { lastError } = this.#tap;
    this.#closedBecause = `the connection was closed${lastError === undefined ? '' : `: ${reasonOf(lastError)}`}`;
    this.#options.events.onClosed(this.#closedBecause);
  }

  detach(reason = 'closed by the driver'): void {
    // The SDK gives up what is pending when its connection is closed; closing it here would keep a session from being ended.
    this.#closedBecause ??= reason;
  }
}

/** A `fetch` that failed below HTTP: a TypeError with the socket's error for its cause. */
export const isNetworkFailure = (error: unknown): boolean => error instanceof TypeError && error.cause !== undefined;

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== ''
    ? `${error.message}: ${error.cause.message}`
    : error.message;
}
