/** A WebSocket for the SDK's client, which brings none: the binding of the stock driver, one JSON text per frame, subprotocol `mcp`. */
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Sdk, SdkMessage, SdkTransport } from '../../sdk/package.ts';
import { SocketLedger } from '../../wire/socket-ledger.ts';
import type { ConnectOptions, Handshake, SdkConnection } from '../contract.ts';
import { textOf } from './frames.ts';

/** How long a closing handshake may take before the socket is cut. */
const CLOSE_GRACE_MS = 1_000;

type Options = Pick<ConnectOptions, 'headers' | 'timeoutMs' | 'maxMessageBytes'>;

export function connectWebSocketSdk(sdk: Sdk, address: string, options: Options): SdkConnection {
  const transport = new WebSocketClientTransport(sdk, address, options);
  return {
    transport,
    isFatal: () => false,
    listen: () => Promise.resolve(),
    wire: () => transport.ledger.wire(),
    sockets: () => transport.ledger.reports(),
    handshake: () => transport.handshake(),
    close: () => transport.close(),
  };
}

class WebSocketClientTransport implements SdkTransport {
  readonly ledger = new SocketLedger('client');
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: SdkTransport['onmessage'];
  readonly #sdk: Sdk;
  readonly #connect: () => WebSocket;
  #webSocket: WebSocket | undefined;
  #response: IncomingMessage | undefined;

  constructor(sdk: Sdk, address: string, { headers, timeoutMs, maxMessageBytes }: Options) {
    this.#sdk = sdk;
    this.#connect = () =>
      new WebSocket(address, 'mcp', {
        perMessageDeflate: false,
        maxPayload: maxMessageBytes,
        headers: { ...headers },
        handshakeTimeout: timeoutMs,
      });
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const webSocket = this.#connect();
      this.#webSocket = webSocket;
      webSocket.on('upgrade', (response) => {
        this.#response = response;
        this.ledger.add(response.socket);
      });
      webSocket.on('open', resolve);
      webSocket.on('error', (error) => {
        reject(error);
        this.onerror?.(error);
      });
      webSocket.on('close', () => this.onclose?.());
      // A binary frame is no MCP message; it is read as an unreadable one so that it is counted.
      webSocket.on('message', (data, isBinary) => this.#receive(isBinary ? '' : textOf(data)));
    });
  }

  #receive(text: string): void {
    let message: SdkMessage;
    try {
      message = this.#sdk.deserializeMessage(text);
    } catch (error) {
      this.onerror?.(error as Error);
      return;
    }
    this.onmessage?.(message);
  }

  send(message: SdkMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#webSocket?.send(JSON.stringify(message), (error) => {
        if (error instanceof Error)
          reject(new this.#sdk.SdkError(this.#sdk.SdkErrorCode.ConnectionClosed, error.message));
        else resolve();
      });
    });
  }

  close(): Promise<void> {
    const webSocket = this.#webSocket;
    if (webSocket === undefined || webSocket.readyState === WebSocket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      const cut = setTimeout(() => webSocket.terminate(), CLOSE_GRACE_MS);
      webSocket.once('close', () => {
        clearTimeout(cut);
        resolve();
      });
      webSocket.close(1000);
    });
  }

  handshake(): Handshake {
    const httpRequests = this.#response === undefined ? 0 : 1; // The upgrade. Everything after it is frames.
    return {
      established: `${this.#response?.statusCode ?? 0} ${this.#response?.headers.upgrade ?? ''}`.trim(),
      httpRequests,
      roundTripsToOpen: this.ledger.opened + httpRequests,
      compression: this.#webSocket?.extensions ?? '',
      tls: '',
    };
  }
}
