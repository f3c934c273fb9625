/** One scripted MCP client: its session, its nonces, what it has heard. */
import type { StrayCounts } from '../mcp/client.ts';
import { readEvent, EVENT_METHOD } from '../mcp/events.ts';
import type { JsonObject } from '../mcp/jsonrpc.ts';
import type { McpPeer, PeerCounts } from '../mcp/peer.ts';
import type { Recorder } from '../measure/recorder.ts';
import type { Nanoseconds } from '../units.ts';

export class BenchClient<Peer extends McpPeer = McpPeer> {
  /** From 0, within its trial. */
  readonly index: number;
  readonly mcp: Peer;
  /** Calls made so far; makes nonces unique. */
  sequence = 0;
  /** Why the connection is gone, when it is. */
  lostBecause: string | undefined;
  #recorder: Recorder | undefined;
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(index: number, connect: (client: BenchClient) => Peer) {
    this.index = index;
    this.mcp = connect(this);
  }

  /** From now on what arrives unasked is this recorder's. */
  recordTo(recorder: Recorder): void {
    this.#recorder = recorder;
  }

  onNotification(method: string, params: JsonObject, receivedNs: Nanoseconds): void {
    if (method === EVENT_METHOD) this.#onEvent(params, receivedNs);
    else if (method === 'notifications/progress') {
      this.#recorder?.progress(this.progressStream(params['progressToken']), Number(params['progress']));
    }
  }

  #onEvent(params: JsonObject, receivedNs: Nanoseconds): void {
    const stamp = readEvent(params);
    if (stamp === undefined) return;
    this.#recorder?.event({ ...stamp, subscriber: this.index, receivedNs });
    const waiting = this.#listeners.get(stamp.topic);
    this.#listeners.delete(stamp.topic);
    for (const wake of waiting ?? []) wake();
  }

  /** Tells one client's progress tokens from another's. */
  progressStream(token: unknown): string {
    return `${this.index}/${String(token)}`;
  }

  /** Calls back at the next event of the topic. The returned function stops waiting. */
  onceEvent(topic: string, wake: () => void): () => void {
    const waiting = this.#listeners.get(topic) ?? new Set();
    waiting.add(wake);
    this.#listeners.set(topic, waiting);
    return () => waiting.delete(wake);
  }
}

/** Sums over clients. */
export function sumStrays(clients: readonly BenchClient[]): StrayCounts {
  const sum: StrayCounts = { misrouted: 0, duplicated: 0, late: 0, unreadable: 0 };
  for (const { mcp } of clients) {
    sum.misrouted += mcp.strays.misrouted;
    sum.duplicated += mcp.strays.duplicated;
    sum.late += mcp.strays.late;
    sum.unreadable += mcp.strays.unreadable;
  }
  return sum;
}

/** Sum over clients. */
export const sumReopened = (clients: readonly BenchClient[]): number =>
  clients.reduce((sum, { mcp }) => sum + mcp.sessionsReopened, 0);

/** Sums over clients; what one of them does not know, nobody knows of all. */
export function sumCounts(clients: readonly BenchClient[]): PeerCounts {
  const sum: PeerCounts = { messagesUp: 0, messagesDown: 0, payloadUp: 0, payloadDown: 0 };
  for (const { mcp } of clients) {
    sum.messagesUp += mcp.counts.messagesUp;
    sum.messagesDown += mcp.counts.messagesDown;
    sum.payloadUp = plusKnown(sum.payloadUp, mcp.counts.payloadUp);
    sum.payloadDown = plusKnown(sum.payloadDown, mcp.counts.payloadDown);
  }
  return sum;
}

const plusKnown = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b;
