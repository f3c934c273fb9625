/** A client whose connection is cut, as the study has it: all of them subscribe to one topic and tell what becomes of them. */
import { McpClient } from '../../../mcp/client.ts';
import { readEvent } from '../../../mcp/events.ts';
import type { Clock } from '../../../measure/clock.ts';
import type { Nanoseconds } from '../../../units.ts';
import type { ClientEvents } from '../journal.ts';
import type { Policy } from './policy.ts';

export interface ClientOrder {
  /** Where it connects to. */
  readonly address: string;
  readonly clock: Clock;
  readonly uri: string;
  /** Of a request. */
  readonly timeoutNs: Nanoseconds;
  readonly events: ClientEvents;
  /** What an application does where the library does nothing, and how often a library tries. */
  readonly policy: Policy;
  /** Whether the endpoint keeps sessions for those who come back. */
  readonly kept: boolean;
}

/** One that is connected and has its subscription. */
export interface TestClient {
  /** Ends it for good. Never rejects. */
  close(): Promise<void>;
}

/** Rejects when the first connection cannot be made. */
export type ConnectClient = (order: ClientOrder) => Promise<TestClient>;

/** MCP on top of whatever carries it: tells every event of the topic, and `heard` before it. */
export const mcpClient = ({ clock, timeoutNs, events }: ClientOrder, heard: () => void): McpClient =>
  new McpClient({
    clock,
    timeoutNs,
    onNotification: (_method, params, receivedNs) => {
      const stamp = readEvent(params);
      if (stamp === undefined) return;
      heard();
      events.event(stamp.sequence, receivedNs);
    },
  });

/** Does it the first time. An answer and the first event may come in one piece, and who waits for the answer goes on after both. */
export function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
