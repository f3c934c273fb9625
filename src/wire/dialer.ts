/** Opens the sockets of one client to one origin and counts them: TCP, and TLS on top where the origin has it. */
import { type Socket, connect as connectTcp } from 'node:net';
import { type SecureContext, type TLSSocket, connect as connectTls } from 'node:tls';
import type { Sharing } from '../transports/contract.ts';
import { type ReadBytes, readInto } from './lean/read-buffer.ts';
import { sharedBy } from './sharing.ts';
import { SocketLedger } from './socket-ledger.ts';
import { askForTunnel } from './tunnel.ts';
import { clientTls, serverName, tlsRoundTrips, tlsWords } from './tls.ts';

export interface DialOptions {
  /** Its protocol says whether there is TLS: `https:` and `wss:`. */
  readonly url: URL;
  /** PEM to trust instead of the system's authorities. */
  readonly certificate: string | undefined;
  /** The address of this host that is dialled from; the system's choice without one. */
  readonly localAddress?: string | undefined;
  /** For TCP and TLS together. */
  readonly timeoutMs: number;
  /** The one application protocol that is offered in a TLS handshake. */
  readonly alpn: 'http/1.1' | 'h2';
  /** Of a forward proxy (`http://127.0.0.1:3128`): every connection goes through a tunnel that it is asked for. */
  readonly proxy?: string | undefined;
  /** Whose TLS sessions are resumed, and who is told; absent where nothing is shared. */
  readonly sharing?: Sharing | undefined;
}

/** With a socket that is ready to be written to, or with the reason. */
type Dialled = (error: Error | null, socket: Socket | null) => void;

/** When a silent connection is probed, as HTTP clients have it. */
const KEEP_ALIVE_PROBE_MS = 60_000;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 };

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
const portOf = ({ port, protocol }: URL): number => (port === '' ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port));

export class Dialer {
  /** Holds the TCP sockets, also below TLS: what they carry is what crosses the wire. */
  readonly ledger = new SocketLedger('client');
  readonly #options: DialOptions;
  readonly #host: string;
  readonly #context: SecureContext | undefined;
  #roundTrips = 0;
  #tls = '';

  constructor(options: DialOptions) {
    this.#options = options;
    this.#host = hostOf(options.url);
    const encrypted = ['https:', 'wss:'].includes(options.url.protocol);
    this.#context = encrypted ? clientTls(options.certificate) : undefined;
  }

  /** Round trips that all sockets so far took to open. */
  get roundTrips(): number {
    return this.#roundTrips;
  }

  /** Of the last socket, as in a channel's handshake; empty without TLS or before the first. */
  get tls(): string {
    return this.#tls;
  }

  /**
   * Calls `done` exactly once. The socket that is answered may be destroyed to give up. With `read` it has no 'data': what
   * comes in is read into the buffer that all such sockets share. There is no TLS and no tunnel then.
   */
  dial(done: Dialled, read?: ReadBytes): Socket {
    const { url, timeoutMs, localAddress, proxy } = this.#options;
    const first = proxy === undefined ? url : new URL(proxy);
    const raw = connectTcp({
      host: hostOf(first),
      port: portOf(first),
      ...(localAddress === undefined ? {} : { localAddress }),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
      ...(read === undefined ? {} : { onread: readInto(read) }),
    });
    // Nobody reads such a socket: what is told of its end alone comes through its stream.
    if (read !== undefined) raw.resume();
    const settle = onceOnly(raw, timeoutMs, done);
    raw.once('connect', () => {
      this.ledger.add(raw);
      this.#roundTrips += 1;
      this.#options.sharing?.onMilestone?.('tcp');
      if (proxy === undefined) this.#reached(raw, settle);
      else
        askForTunnel(raw, url, (problem) => {
          this.#roundTrips += 1;
          if (problem === undefined) this.#reached(raw, settle);
          else settle(new Error(problem), null);
        });
    });
    return raw;
  }

  /** What is written to the socket from now on reaches the origin. */
  #reached(raw: Socket, settle: Dialled): void {
    if (this.#context === undefined) settle(null, raw);
    else this.#encrypt(raw, this.#context, settle);
  }

  /** The socket below has to be connected already: Node passes what an unconnected one carries through its streams, at a cost. */
  #encrypt(raw: Socket, secureContext: SecureContext, settle: Dialled): void {
    const { sharing, url } = this.#options;
    const sessions = sharing === undefined ? undefined : sharedBy(sharing).tlsSessions;
    const session = sessions?.get(url.host);
    const secure: TLSSocket = connectTls({
      socket: raw,
      host: this.#host,
      servername: serverName(this.#host),
      secureContext,
      ALPNProtocols: [this.#options.alpn],
      ...(session === undefined ? {} : { session }),
    });
    // Tickets come after the handshake.
    secure.on('session', (ticket: Buffer) => void sessions?.set(url.host, ticket));
    secure.once('error', (error: Error) => settle(error, null));
    secure.once('secureConnect', () => {
      this.#roundTrips += tlsRoundTrips(secure);
      this.#tls = tlsWords(secure);
      sharing?.onMilestone?.('tls');
      settle(null, secure);
    });
  }
}

/** Tells the first outcome of a dial. One that failed or came too late leaves no socket behind. */
function onceOnly(raw: Socket, timeoutMs: number, done: Dialled): Dialled {
  let settled = false;
  const settle: Dialled = (error, socket) => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    raw.off('close', onClose);
    if (error === null) raw.off('error', onError);
    else raw.destroy();
    done(error, socket);
  };
  const onError = (error: Error): void => settle(error, null);
  const onClose = (): void => settle(new Error('the connection was closed while it opened'), null);
  const timer = setTimeout(() => settle(new Error(`no connection within ${timeoutMs} ms`), null), timeoutMs);
  raw.on('error', onError);
  raw.once('close', onClose);
  return settle;
}
