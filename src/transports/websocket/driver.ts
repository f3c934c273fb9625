/** The WebSocket client a Node user would pick: `ws`. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';
import type { EncodedMessage } from '../../mcp/contract.ts';
import { bytes } from '../../units.ts';
import { Dialer } from '../../wire/dialer.ts';
import { type Channel, ChannelError, type ConnectOptions, type Handshake } from '../contract.ts';
import { deflateOptions } from './deflate.ts';
import { textOf } from './frames.ts';

/** How long a closing handshake may take before the socket is cut. */
const CLOSE_GRACE_MS = 1_000;

export async function connectWebSocket(address: string, options: ConnectOptions): Promise<Channel> {
  const { certificate, localAddress, proxy, timeoutMs, sharing } = options;
  const url = new URL(address);
  const dialer = new Dialer({ url, certificate, localAddress, proxy, timeoutMs, alpn: 'http/1.1', sharing });
  const webSocket = new WebSocket(address, 'mcp', {
    createConnection: dialed(dialer, timeoutMs),
    perMessageDeflate: deflateOptions(options.variant),
    maxPayload: options.maxMessageBytes,
    headers: { ...options.headers },
    handshakeTimeout: timeoutMs,
  });
  const tellLost = onceOnly(options.events.onClosed.bind(options.events));
  webSocket.once('upgrade', () => sharing?.onMilestone?.('http'));
  const response = await opened(webSocket, () => forward(webSocket, options, tellLost));
  const httpRequests = 1; // The upgrade. Everything after it is frames.
  const handshake: Handshake = {
    established: `${response.statusCode ?? 0} ${response.headers.upgrade ?? ''}`.trim(),
    httpRequests,
    roundTripsToOpen: dialer.roundTrips + httpRequests,
    // With its parameters, which `ws` leaves out of what it says of itself.
    compression: response.headers['sec-websocket-extensions'] ?? '',
    tls: dialer.tls,
  };
  const send = (message: EncodedMessage): void => {
    if (webSocket.readyState === WebSocket.OPEN) webSocket.send(message.text);
    // It is closing, and 'close' is still to come. Nothing will go out any more: whoever calls at every answer must know now.
    else if (!closingOnPurpose.has(webSocket)) tellLost('the WebSocket is closing');
  };
  return {
    send,
    cancel: (_id, notice) => {
      send(notice);
      return true;
    },
    negotiated: () => undefined,
    listen: () => Promise.resolve(),
    wire: () => dialer.ledger.wire(),
    sockets: () => dialer.ledger.reports(),
    handshake: () => handshake,
    close: () => close(webSocket),
  };
}

/**
 * Resolves with the upgrade response once the socket is open. `onOpen` is called within that event: frames that came with
 * the response are read before any promise goes on.
 */
function opened(webSocket: WebSocket, onOpen: () => void): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let upgrade: IncomingMessage | undefined;
    webSocket.once('upgrade', (response) => {
      upgrade = response;
    });
    webSocket.once('open', () => {
      onOpen();
      if (upgrade !== undefined) resolve(upgrade);
    });
    webSocket.once('unexpected-response', (request, response) => {
      request.destroy();
      reject(new ChannelError(`the server answered the WebSocket upgrade with HTTP ${response.statusCode ?? 0}`));
    });
    webSocket.once('error', (error) => reject(new ChannelError(`WebSocket: ${error.message}`)));
  });
}

function forward(webSocket: WebSocket, options: ConnectOptions, tellLost: (reason: string) => void): void {
  const { events } = options;
  webSocket.on('message', (data, isBinary) => {
    const text = isBinary ? undefined : textOf(data);
    // A binary frame is no MCP message; it is passed on as an unreadable one so that it is counted.
    events.onMessage(text ?? '', bytes(Buffer.isBuffer(data) ? data.length : 0));
  });
  webSocket.on('error', () => undefined); // Always followed by 'close', which tells it.
  webSocket.on('close', (code, reason) => {
    if (!closingOnPurpose.has(webSocket))
      tellLost(`the WebSocket closed with code ${code}${reason.length > 0 ? ` (${reason.toString()})` : ''}`);
  });
}

/** [contract] `onClosed` is called at most once. */
function onceOnly(tell: (reason: string) => void): (reason: string) => void {
  let told = false;
  return (reason) => {
    if (!told) tell(reason);
    told = true;
  };
}

const closingOnPurpose = new WeakSet<WebSocket>();

function close(webSocket: WebSocket): Promise<void> {
  closingOnPurpose.add(webSocket);
  if (webSocket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    const cut = setTimeout(() => webSocket.terminate(), CLOSE_GRACE_MS);
    webSocket.once('close', () => {
      clearTimeout(cut);
      resolve();
    });
    webSocket.close(1000);
  });
}

type CreateConnection = NonNullable<ClientOptions['createConnection']>;

/** Node's `http.request` takes a connection that is opened later through a callback; the types of `ws` know of none. */
const dialed = (dialer: Dialer, timeoutMs: number): CreateConnection =>
  ((_options: unknown, callback: (error: Error | null, socket: Socket | null) => void): undefined => {
    dialer.dial((error, socket) => {
      // What `http.request` waits for when it is told a timeout; `ws` takes it off again.
      socket?.setTimeout(timeoutMs);
      callback(error, socket);
    });
  }) as unknown as CreateConnection;
