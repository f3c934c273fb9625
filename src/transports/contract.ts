/**
 * All that the bench knows about a transport. A transport carries JSON-RPC texts between one client and one endpoint;
 * what the texts mean is `mcp/`'s business, when they are sent is `load/`'s. One folder per transport implements this file.
 */
import type { Socket } from 'node:net';
import type { ChannelEvents, McpServer, MessageSink } from '../mcp/contract.ts';
import type { Bytes } from '../units.ts';
import type { ReplyMode, Variant } from '../scenario/variant.ts';
import type { Sdk, SdkTransport } from '../sdk/package.ts';

/** What a transport can do, asked for by name instead of asking which transport it is. */
export type Capability =
  /** Bytes cross a socket or pipe and are counted there. */
  | 'wire'
  /** The endpoint can send without being asked. */
  | 'server-push'
  /** The endpoint runs in a process of its own. */
  | 'own-process'
  /** Every client starts a server of its own and speaks to it through pipes: there is no address to connect to. */
  | 'client-spawns';

export type Support = { readonly supported: true } | { readonly supported: false; readonly reason: string };

export interface Transport {
  /** The folder's name, and the word on the command line. */
  readonly name: string;
  /** As it stands in a table's head: `WebSocket`. */
  readonly title: string;
  /** One line for `list transports`. */
  readonly summary: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** The ways in which its endpoints can answer a request, the usual one first; empty where there is but one. */
  readonly replies: readonly ReplyMode[];
  /** npm packages that the client side loads beyond Node itself, for the complexity row. */
  readonly clientPackages: readonly string[];
  /** Whether this transport can speak the variant; the reason, where it cannot, is printed. */
  supports(variant: Variant): Support;
  /** Whether what a server says about a request before it answers reaches the client; absent where it always does. */
  progress?(variant: Variant): Support;
  /** Starts an endpoint on loopback, port chosen by the system. Rejects if it cannot listen. */
  startEndpoint(options: EndpointOptions): Promise<Endpoint>;
  /** Opens one client's channel, ready to send `initialize`. Rejects with a `ChannelError`. */
  connect(address: string, options: ConnectOptions): Promise<Channel>;
  /** The client's side when the official SDK's client drives instead of the tool's own; absent where it cannot. */
  readonly sdk?: SdkSide;
}

export interface SdkSide {
  /** npm packages that this side loads beyond Node and the SDK itself. */
  readonly packages: readonly string[];
  /** Prepares one client's connection; the SDK opens it. `events` are not told of it. */
  connect(sdk: Sdk, address: string, options: Omit<ConnectOptions, 'events'>): Promise<SdkConnection>;
}

export interface EndpointOptions {
  readonly server: McpServer;
  readonly variant: Variant;
  /** A message larger than this is refused. The same on every transport. */
  readonly maxMessageBytes: Bytes;
  /** A sign of life this often, so that silence means something and is not taken for the end: a comment in every event stream, a ping of a WebSocket. Absent: none. */
  readonly heartbeatMs?: number | undefined;
  /** Whether event streams ask proxies, by `X-Accel-Buffering: no`, not to hold events back; they do unless this is `false`. */
  readonly hintsProxies?: boolean | undefined;
  /** The process's own standard streams, for transports whose clients start the server. */
  readonly pipes?: OwnPipes | undefined;
  /** Gives clients tickets with which they can resume a TLS session, as servers do; without, every connection pays for a whole handshake. */
  readonly resumable?: boolean | undefined;
  /** Absent: what the transport's own rules have. */
  readonly recovery?: Recovery | undefined;
}

/** What an endpoint does for clients that lose their connection. */
export interface Recovery {
  /** Sessions outlive their connections for a while, and what was sent meanwhile is sent again to whoever takes one up. */
  readonly replay: boolean;
  /** How long clients are asked to wait before they come back, where the transport has words for it; `undefined` leaves it to them. */
  readonly retryMs: number | undefined;
}

/** The server's ends of the pipes to the one client that started it. */
export interface OwnPipes {
  /** From the client. */
  readonly stdin: Socket;
  /** Towards the client. */
  readonly stdout: Socket;
}

/** A running endpoint. */
export interface Endpoint {
  /** What a client connects to: a URL, or a name within the process for loopback. */
  readonly address: string;
  /** PEM of the certificate that a client must trust; `undefined` without TLS. */
  readonly certificate: string | undefined;
  /** Sums over every socket since the start, open and closed. */
  wire(): WireCounts;
  sockets(): readonly SocketReport[];
  /** What the endpoint knows of its own settings, for the matched-ness probe. */
  settings(): EndpointSettings;
  /** What clients' requests looked like on arrival. */
  seen(): EndpointSeen;
  /** Closes the connections that only wait for a further request, as their keep-alive time would in the end; absent where there are none. */
  closeIdle?(): void;
  /** Closes every connection and stops listening. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly variant: Variant;
  /** Sent with every HTTP request of this channel, the upgrade included; never recorded. */
  readonly headers: Readonly<Record<string, string>>;
  readonly maxMessageBytes: Bytes;
  readonly timeoutMs: number;
  readonly events: ChannelEvents;
  /** PEM of the certificate to trust, and then no other; without one the system's authorities are. */
  readonly certificate?: string | undefined;
  /** URL of a forward proxy: every connection of the channel is a tunnel (`CONNECT`) through it. */
  readonly proxy?: string | undefined;
  /** How often in a row a lost stream is asked for again, where a channel does so by itself; absent: as it is built. */
  readonly attempts?: number | undefined;
  /** The address of this host that sockets are opened from; the system's choice without one. */
  readonly localAddress?: string | undefined;
  /** Starts this client's server, for transports where clients do. */
  readonly launch?: (() => Promise<ServerPipes>) | undefined;
  /** What this channel has in common with others; absent for a channel that has nothing but its own. */
  readonly sharing?: Sharing | undefined;
}

/** What is done on the way to a channel. */
export type Milestone =
  /** A socket is connected. */
  | 'tcp'
  /** It is encrypted. */
  | 'tls'
  /** The head of a response is in: 101, or 200 and its headers. */
  | 'http';

/**
 * The channels that are given the same of these share what those of one application share: HTTP connections to an origin,
 * which stay open when a channel closes, and TLS sessions to resume. `closeShared` ends the connections.
 */
export interface Sharing {
  /** Told of everything that is opened for one of them, and of every response that opens a channel. */
  onMilestone?: ((milestone: Milestone) => void) | undefined;
}

/** A server process that one client has for itself. */
export interface ServerPipes {
  readonly pid: number;
  /** Towards the server. A pipe is a socket to Node, and counts its bytes. */
  readonly stdin: Socket;
  /** From the server. */
  readonly stdout: Socket;
  /** Resolves, with the reason in words, when the process is gone. Never rejects. */
  readonly gone: Promise<string>;
  /** Ends the process by its own id: politely, then not. Resolves when it is gone. Never rejects. */
  end(): Promise<void>;
}

/** One client's connection: however many sockets it takes. */
export interface Connection {
  wire(): WireCounts;
  sockets(): readonly SocketReport[];
  /** What the client did to get here, for the connection and complexity rows. */
  handshake(): Handshake;
  /**
   * Resolves when the server can send to this client unasked: at once on most transports, when the stream for that is open
   * on others. Called once the session is open, before anything is published. Rejects with a `ChannelError`.
   */
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** A connection that carries texts. */
export interface Channel extends MessageSink, Connection {
  listen(): Promise<void>;
}

/** A connection that carries the SDK's objects. */
export interface SdkConnection extends Connection {
  readonly transport: SdkTransport;
  /** After such an error the connection is gone, although the SDK's transport goes on trying. */
  isFatal(error: Error): boolean;
}

/** Bytes that crossed sockets; TCP and IP headers are not included. */
export interface WireCounts {
  /** Client to server. */
  readonly upBytes: Bytes;
  /** Server to client. */
  readonly downBytes: Bytes;
}

/** One socket of a channel or endpoint. */
export interface SocketReport {
  /** The client's port: the same number at both ends, unless a relay stands between them, whose port the endpoint sees. For a pipe, which has none, the server's process id: negative for its standard output. */
  readonly clientPort: number;
  readonly open: boolean;
  readonly upBytes: Bytes;
  readonly downBytes: Bytes;
  /** JSON-RPC messages that this socket carried in each direction, as the endpoint counts them; 0 at a client, whose libraries do not tell. */
  readonly messagesUp: number;
  readonly messagesDown: number;
  /** Whether Nagle's algorithm is off, as Node's socket reports; `undefined` when it does not say, and for pipes, which have none. */
  readonly noDelay: boolean | undefined;
}

/** How a channel came to be, as seen on its sockets. */
export interface Handshake {
  /** How the server answered: `200 text/event-stream`, `101 websocket`, `pipes`, `in-process`. */
  readonly established: string;
  /** HTTP requests sent so far, the upgrade included. */
  readonly httpRequests: number;
  /** Network round trips before the first JSON-RPC message could be sent: TCP handshakes, HTTP exchanges. */
  readonly roundTripsToOpen: number;
  /** Negotiated content encoding or extension; empty for none. */
  readonly compression: string;
  /** Version, cipher suite and whether a session was resumed, as the client's socket says; empty without TLS. */
  readonly tls: string;
}

/** Settings that must be equal on all arms. */
export interface EndpointSettings {
  readonly keepAliveMs: number | undefined;
  readonly maxMessageBytes: Bytes;
  readonly heartbeatMs: number | undefined;
  readonly tls: boolean;
  /** HTTP/2 flow control at the endpoint, in bytes; `undefined` under HTTP/1.1. */
  readonly http2Windows: { readonly stream: Bytes; readonly connection: Bytes } | undefined;
}

/** Requests as the endpoint received them. */
export interface EndpointSeen {
  /** HTTP version of the request that opened a client's channel; `undefined` without HTTP, or before the first. */
  readonly httpVersion: string | undefined;
  /** Names of the headers that came with the last message, lower case, sorted; empty where messages travel without. Never their values. */
  readonly messageHeaders: readonly string[];
}

/** A connection could not be opened: refused, wrong status, wrong content type, no answer in time. Its message is fit to print. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
}
