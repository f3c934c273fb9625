/** The server under test: one handler, shared by every transport, so that a difference between transports is never a difference between servers. */
import type { Clock } from '../measure/clock.ts';
import type { Bytes } from '../units.ts';
import type { Deliver, McpServer, McpSession } from './contract.ts';
import { type EventStamp, PublishedEvent, encodeEvent, topicUri } from './events.ts';
import { HandshakeSession } from './handshake-session.ts';
import { fillerSource } from './payload.ts';
import { PerRequestSession } from './per-request-session.ts';
import type { Era } from './revisions.ts';
import type { PayloadCounts, SessionHost } from './session.ts';
import { Subscribers } from './subscribers.ts';

export interface BenchServerOptions {
  readonly clock: Clock;
  /** Filler in answers follows from it; the driver makes the same. */
  readonly seed: number;
  /** What `misbehave: die` does. */
  readonly die: () => void;
  /** The generation of the protocol that it speaks, and refuses the other. */
  readonly era: Era;
}

export class BenchServer implements McpServer, SessionHost {
  readonly counts: PayloadCounts = { messagesUp: 0, messagesDown: 0, payloadUp: 0, payloadDown: 0 };
  readonly subscribers = new Subscribers();
  readonly filler: (size: Bytes) => string;
  readonly clock: Clock;
  readonly die: () => void;
  readonly #newSession: (deliver: Deliver) => McpSession;
  readonly #sessions = new Set<McpSession>();

  constructor(options: BenchServerOptions) {
    this.clock = options.clock;
    this.filler = fillerSource(options.seed);
    this.die = options.die;
    const Session = options.era === 'handshake' ? HandshakeSession : PerRequestSession;
    this.#newSession = (deliver) => new Session(this, deliver);
  }

  openSession(deliver: Deliver): McpSession {
    const session = this.#newSession(deliver);
    this.#sessions.add(session);
    return session;
  }

  forget(session: McpSession): void {
    this.#sessions.delete(session);
  }

  /** Sends one event to every subscriber of its topic and answers how many there were. The event is serialised once, whatever the transport. */
  publish(stamp: Omit<EventStamp, 'emittedNs'>, payload: Bytes): number {
    const subscribers = this.subscribers.to(topicUri(stamp.topic));
    if (subscribers.size === 0) return 0;
    const event = new PublishedEvent(encodeEvent({ ...stamp, emittedNs: this.clock.now() }, this.filler(payload)));
    let taken = 0;
    for (const subscriber of subscribers) {
      subscriber.take(event);
      taken += 1;
    }
    return taken;
  }

  /** Open at this moment. Where every request stands by itself and comes over HTTP, those whose answer is under way. */
  get sessions(): number {
    return this.#sessions.size;
  }
}
