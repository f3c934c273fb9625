/**
 * No wire: the handler is called within the driver's process, through the same contract. What remains is the cost of
 * JSON, of the handler and of the driver itself: the floor that no transport can go below.
 */
import type { EncodedMessage } from '../../mcp/contract.ts';
import { PROTOCOL_REVISIONS } from '../../scenario/variant.ts';
import { bytes } from '../../units.ts';
import {
  type Channel,
  ChannelError,
  type ConnectOptions,
  type Endpoint,
  type EndpointOptions,
  type Transport,
} from '../contract.ts';
import { type Spoken, supportsOnly } from '../support.ts';

const SPOKEN: Spoken = {
  title: 'loopback',
  protocols: PROTOCOL_REVISIONS,
  http: ['1.1'],
  tls: false,
  compression: ['off'],
  clients: ['stock'],
  replies: [],
  noNetwork: 'both ends are in one process: there is nothing between them',
};

const NO_WIRE = { upBytes: bytes(0), downBytes: bytes(0) };

/** Endpoints of this process by address. */
const endpoints = new Map<string, { readonly options: EndpointOptions; readonly channels: Set<() => void> }>();
let started = 0;

function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  started += 1;
  const address = `loopback:${started}`;
  const channels = new Set<() => void>();
  endpoints.set(address, { options, channels });
  return Promise.resolve({
    address,
    certificate: undefined,
    wire: () => NO_WIRE,
    sockets: () => [],
    seen: () => ({ httpVersion: undefined, messageHeaders: [] }),
    settings: () => ({
      keepAliveMs: undefined,
      maxMessageBytes: options.maxMessageBytes,
      heartbeatMs: undefined,
      tls: false,
      http2Windows: undefined,
    }),
    close: () => {
      endpoints.delete(address);
      for (const cut of channels) cut();
      return Promise.resolve();
    },
  });
}

function connect(address: string, { events }: ConnectOptions): Promise<Channel> {
  const endpoint = endpoints.get(address);
  if (endpoint === undefined)
    return Promise.reject(new ChannelError(`no loopback endpoint "${address}" in this process`));
  let open = true;
  const session = endpoint.options.server.openSession((message) => {
    if (open) events.onMessage(message.text, message.size);
  });
  const leave = (): void => {
    open = false;
    endpoint.channels.delete(cut);
  };
  const cut = (): void => {
    session.conclude();
    leave();
    events.onClosed('the loopback endpoint closed');
  };
  endpoint.channels.add(cut);
  const receive = (text: string): void => {
    if (!open) return;
    const reception = session.receive(text);
    if (reception.understood) reception.proceed();
    else events.onMessage(reception.problem.text, reception.problem.size);
  };
  // One turn of the event loop per message: a loop of calls must not starve the timers that end it.
  const send = (message: EncodedMessage): void => {
    const { maxMessageBytes } = endpoint.options;
    if (message.size <= maxMessageBytes) setImmediate(receive, message.text);
    else setImmediate(() => events.onSendFailure(message.id, `a message may have ${maxMessageBytes} bytes`));
  };
  return Promise.resolve({
    send,
    cancel: (_id, notice) => {
      send(notice);
      return true;
    },
    negotiated: () => undefined,
    wire: () => NO_WIRE,
    sockets: () => [],
    handshake: () => ({ established: 'in-process', httpRequests: 0, roundTripsToOpen: 0, compression: '', tls: '' }),
    listen: () => Promise.resolve(),
    close: () => {
      if (open) session.end();
      leave();
      return Promise.resolve();
    },
  });
}

export const transport: Transport = {
  name: 'loopback',
  title: 'no wire',
  summary: 'the handler called in the driver’s own process: the floor',
  capabilities: new Set(['server-push']),
  replies: [],
  clientPackages: [],
  supports: (variant) => supportsOnly(SPOKEN, variant),
  startEndpoint,
  connect,
};
