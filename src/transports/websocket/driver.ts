/** The WebSocket client a Node user would pick: `ws`, without compression. */
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { bytes } from '../../units.ts';
import { type Channel, ChannelError, type ConnectOptions, type Handshake } from '../contract.ts';
import { SocketLedger } from '../socket-ledger.ts';
import { textOf } from './frames.ts';

/** How long a closing handshake may take before the socket is cut. */
const CLOSE_GRACE_MS = 1_000;

export async function connectWebSocket(address: string, options: ConnectOptions): Promise<Channel> {
  const ledger = new SocketLedger('client');
  const webSocket = new WebSocket(address, 'mcp', {
    perMessageDeflate: false,
    maxPayload: options.maxMessageBytes,
    headers: { ...options.headers },
    handshakeTimeout: options.timeoutMs,
  });
  const response = await opened(webSocket, ledger);
  const httpRequests = 1; // The upgrade. Everything after it is frames.
  forward(webSocket, options);
  const handshake: Handshake = {
    established: `HTTP/${response.httpVersion} ${response.statusCode ?? 0} ${response.headers.upgrade ?? ''}`.trim(),
    httpRequests,
    roundTripsToOpen: ledger.opened + httpRequests,
    messageHeaders: [],
    compression: webSocket.extensions,
  };
  return {
    send: (message) => {
      if (webSocket.readyState === WebSocket.OPEN) webSocket.send(message.text);
      else options.events.onSendFailure(message.id, 'the WebSocket is not open');
    },
    wire: () => ledger.wire(),
    sockets: () => ledger.reports(),
    handshake: () => handshake,
    close: () => close(webSocket),
  };
}

/** Resolves with the upgrade response once the socket is open. */
function opened(webSocket: WebSocket, ledger: SocketLedger): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let upgrade: IncomingMessage | undefined;
    webSocket.once('upgrade', (response) => {
      upgrade = response;
      ledger.add(response.socket);
    });
    webSocket.once('open', () => {
      if (upgrade !== undefined) resolve(upgrade);
    });
    webSocket.once('unexpected-response', (request, response) => {
      request.destroy();
      reject(new ChannelError(`the server answered the WebSocket upgrade with HTTP ${response.statusCode ?? 0}`));
    });
    webSocket.once('error', (error) => reject(new ChannelError(`WebSocket: ${error.message}`)));
  });
}

function forward(webSocket: WebSocket, options: ConnectOptions): void {
  const { events } = options;
  webSocket.on('message', (data, isBinary) => {
    const text = isBinary ? undefined : textOf(data);
    // A binary frame is no MCP message; it is passed on as an unreadable one so that it is counted.
    events.onMessage(text ?? '', bytes(Buffer.isBuffer(data) ? data.length : 0));
  });
  webSocket.on('error', () => undefined); // Always followed by 'close', which tells it.
  webSocket.on('close', (code, reason) => {
    if (!closingOnPurpose.has(webSocket)) events.onClosed(`the WebSocket closed with code ${code}${reason.length > 0 ? ` (${reason.toString()})` : ''}`);
  });
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
