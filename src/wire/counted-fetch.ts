/** A `fetch` of its own for each client, for libraries that bring none: Node's (undici), with every socket in a ledger. */
import { Agent, type RequestInit as UndiciRequestInit, fetch, buildConnector } from 'undici';
import type { Handshake } from '../transports/contract.ts';
import { SocketLedger } from './socket-ledger.ts';

/** The `fetch` of the platform's types, as libraries ask for it. */
type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export interface CountedFetch {
  readonly fetch: Fetch;
  readonly ledger: SocketLedger;
  /** Told of the first response to a GET, or of the first GET that failed below HTTP. */
  readonly firstGet: Promise<number>;
  /** As a channel's, from the first response that came. */
  handshake(): Handshake;
  /** Ends every connection. */
  close(): Promise<void>;
}

export function countedFetch(timeoutMs: number): CountedFetch {
  const ledger = new SocketLedger('client');
  const connector = buildConnector({ timeout: timeoutMs, keepAlive: true });
  // A stream may be silent for as long as it likes; who waits for an answer gives it up by a timeout of their own.
  const agent = new Agent({
    bodyTimeout: 0,
    headersTimeout: 0,
    connect: (target, callback) =>
      connector(target, (...result: buildConnector.CallbackArgs) => {
        const [error, socket] = result;
        // A connection that failed comes without its second argument, whatever the types say.
        if (error === null && socket !== null) ledger.add(socket);
        callback(...result);
      }),
  });
  const first = new FirstAnswers(ledger);
  return {
    ledger,
    firstGet: first.get,
    fetch: async (url, init) => {
      const settled = first.asked(init?.method ?? 'GET');
      try {
        const response = await fetch(url, { ...(init as unknown as UndiciRequestInit), dispatcher: agent });
        settled(response.status, response.headers);
        return response;
      } catch (error) {
        settled(0, undefined);
        throw error;
      }
    },
    handshake: () => first.handshake(),
    close: () => agent.destroy(),
  };
}

type Settled = (status: number, headers: { get(name: string): string | null } | undefined) => void;

/** What a client did to get here. */
class FirstAnswers {
  readonly get: Promise<number>;
  readonly #ledger: SocketLedger;
  readonly #tellGet: (status: number) => void;
  #requests = 0;
  #established = '';
  #compression = '';
  /** Sockets that were open when the first message was answered, and requests that had to be answered before it was sent. */
  #roundTrips: number | undefined;

  constructor(ledger: SocketLedger) {
    this.#ledger = ledger;
    let tell: (status: number) => void = () => undefined;
    this.get = new Promise((resolve) => {
      tell = resolve;
    });
    this.#tellGet = tell;
  }

  asked(method: string): Settled {
    const before = this.#requests;
    this.#requests += 1;
    return (status, headers) => {
      if (method === 'GET') this.#tellGet(status);
      if (headers === undefined) return;
      if (method === 'POST') this.#roundTrips ??= this.#ledger.opened + before;
      if (this.#established !== '') return;
      this.#established = `${status} ${headers.get('content-type')?.split(';')[0] ?? ''}`.trim();
      this.#compression = headers.get('content-encoding') ?? '';
    };
  }

  handshake(): Handshake {
    return {
      established: this.#established,
      httpRequests: this.#requests,
      roundTripsToOpen: this.#roundTrips ?? this.#ledger.opened,
      compression: this.#compression,
      tls: '',
    };
  }
}
