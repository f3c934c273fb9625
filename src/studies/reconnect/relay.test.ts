import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodeEvent } from '../../mcp/events.ts';
import { nanoseconds } from '../../units.ts';
import { CuttingRelay, type RelayOptions } from './relay.ts';

const LIMIT_MS = 5_000;

interface Pair {
  readonly relay: CuttingRelay;
  readonly client: Socket;
  readonly endpoint: Socket;
  readonly events: number[];
}

/** A client connected to a server through a relay; everything ends with the test. */
async function pair(options: Partial<RelayOptions> = {}): Promise<Pair> {
  const server = createServer({ noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const events: number[] = [];
  const relay = await CuttingRelay.start({
    port: (server.address() as AddressInfo).port,
    idleMs: undefined,
    onEvent: (sequence) => events.push(sequence),
    onIdle: () => undefined,
    ...options,
  });
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect({ port: relay.port, host: '127.0.0.1', noDelay: true });
  const [endpoint] = await accepted;
  for (const socket of [client, endpoint]) socket.on('error', () => undefined);
  onTestFinished(async () => {
    client.destroy();
    endpoint.destroy();
    await relay.close();
    server.close();
  });
  return { relay, client, endpoint, events };
}

const within = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(LIMIT_MS) });
const heard = async (socket: Socket): Promise<string> => String((await once(socket, 'data', within()))[0]);

const eventText = (sequence: number): string =>
  encodeEvent({ topic: 'feed', run: 0, sequence, dueNs: nanoseconds(1), emittedNs: nanoseconds(2) }, 'x').text;

describe('the hop where connections are cut', () => {
  it('carries both ways until then, and reads the numbers of events in pieces too', async () => {
    const { client, endpoint, events } = await pair();
    client.write('up');
    expect(await heard(endpoint)).toBe('up');
    const text = eventText(41) + eventText(42);
    const middle = text.lastIndexOf('bench/sequence') + 18;
    endpoint.write(text.slice(0, middle));
    expect(await heard(client)).toBe(text.slice(0, middle));
    expect(events).toEqual([41]);
    endpoint.write(text.slice(middle));
    expect(await heard(client)).toBe(text.slice(middle));
    expect(events).toEqual([41, 42]);
  });

  it('ends both in an orderly way', async () => {
    const { relay, client, endpoint } = await pair();
    client.resume();
    endpoint.resume();
    const ends = [once(client, 'end', within()), once(endpoint, 'end', within())];
    relay.cut('fin');
    await Promise.all(ends);
    expect([client.errored, endpoint.errored]).toEqual([null, null]);
  });

  it('resets both', async () => {
    const { relay, client, endpoint } = await pair();
    const errors = [client, endpoint].map(async (socket) => {
      const [error] = (await once(socket, 'error', within())) as [NodeJS.ErrnoException];
      return error.code;
    });
    relay.cut('rst');
    expect(await Promise.all(errors)).toEqual(['ECONNRESET', 'ECONNRESET']);
  });

  it('tells nobody of a black hole, and lets the next connection through', async () => {
    const { relay, client, endpoint, events } = await pair();
    relay.cut('black-hole');
    let told = 0;
    for (const socket of [client, endpoint])
      for (const event of ['data', 'end', 'close']) socket.on(event, () => (told += 1));
    endpoint.write(eventText(7));
    client.write('lost');
    const second = connect({ port: relay.port, host: '127.0.0.1' });
    onTestFinished(() => void second.destroy());
    await once(second, 'connect', within());
    expect([told, events]).toEqual([0, []]);
    expect([client.destroyed, endpoint.destroyed]).toEqual([false, false]);
  });

  it('ends a connection for its silence, and tells where events had been on it', async () => {
    let idled = 0;
    const { client, endpoint } = await pair({ idleMs: 50, onIdle: () => (idled += 1) });
    endpoint.write(eventText(1));
    await heard(client);
    client.resume();
    await once(client, 'end', within());
    expect(idled).toBe(1);
  });

  it('resets a client for whom nobody listens', async () => {
    const { relay } = await pair();
    const closed = createServer();
    closed.listen(0, '127.0.0.1');
    await once(closed, 'listening');
    relay.target = (closed.address() as AddressInfo).port;
    closed.close();
    await once(closed, 'close', within());
    const client = connect({ port: relay.port, host: '127.0.0.1' });
    const [error] = (await once(client, 'error', within())) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });
});
