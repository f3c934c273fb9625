/** The WebSocket client a Node user would pick: `ws`, without compression. */
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { EncodedMessage } from '../../mcp/contract.ts';
import { bytes } from '../../units.ts';
import { type Channel, ChannelError, type ConnectOptions, type Handshake } from '../contract.ts';
import { SocketLedger } from '../../wire/socket-ledger.ts';
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
  const tellLost = onceOnly(options.events.onClosed.bind(options.events));
  const response = await opened(webSocket, ledger, () => forward(webSocket, options, tellLost));
  const httpRequests = 1; // The upgrade. Everything after it is frames.
  const handshake: Handshake = {
    established: `${response.statusCode ?? 0} ${response.headers.upgrade ?? ''}`.trim(),
    httpRequests,
    roundTripsToOpen: ledger.opened + httpRequests,
    compression: webSocket.extensions,
    tls: '',
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
    wire: () => ledger.wire(),
    sockets: () => ledger.reports(),
    handshake: () => handshake,
    close: () => close(webSocket),
  };
}

/**
 * Resolves with the upgrade response once the socket is open. `onOpen` is called within that event: frames that came with
 * the response are read before any promise goes on.
 */
function opened(webSocket: WebSocket, ledger: SocketLedger, onOpen: () => void): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let upgrade: IncomingMessage | undefined;
    webSocket.once('upgrade', (response) => {
      upgrade = response;
      ledger.add(response.socket);
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
