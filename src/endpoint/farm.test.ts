import { PassThrough } from 'node:stream';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../measure/clock.ts';
import type { Publication } from '../scenario/scenario.ts';
import { defaultVariant } from '../scenario/variant.ts';
import { bytes, milliseconds, nanoseconds, perSecond, seconds } from '../units.ts';
import type { EndpointCommands, EndpointReading, PublishOrder } from './commands.ts';
import { ServerFarm, shareOf } from './farm.ts';

const publication = (topic: string, subscribers: number): Publication => ({
  topic,
  arrivals: 'constant',
  ratePerSec: perSecond(100),
  payloadBytes: bytes(64),
  subscribers,
});
const order = (...publications: Publication[]): PublishOrder => ({
  run: 2,
  publications,
  seed: 9,
  startNs: milliseconds(8),
  durationNs: milliseconds(100),
});

/** A reading all of whose numbers tell whose they are. */
const reading = (n: number): EndpointReading => ({
  wire: { upBytes: bytes(n), downBytes: bytes(10 * n) },
  payloadUp: 2 * n,
  payloadDown: 20 * n,
  messagesUp: 3 * n,
  messagesDown: 30 * n,
  openSockets: 2,
  process: {
    cpuUserUs: 4 * n,
    cpuSystemUs: 40 * n,
    rssBytes: bytes(5 * n),
    utilisation: n / 1_000,
    gcCount: 6 * n,
    gcTotalNs: nanoseconds(7 * n),
    gcMaxNs: nanoseconds(8 * n),
  },
});

/** A server that remembers what it was asked. */
class FakeServer {
  readonly pid: number;
  readonly stdin = new PassThrough() as unknown as Socket;
  readonly stdout = new PassThrough() as unknown as Socket;
  readonly gone: Promise<string>;
  readonly asked: { readonly command: string; readonly body: unknown }[] = [];
  die: (how: string) => void = () => undefined;

  constructor(pid: number) {
    this.pid = pid;
    this.gone = new Promise((resolve) => {
      this.die = resolve;
    });
  }

  ask<K extends keyof EndpointCommands>(command: K, body: EndpointCommands[K]['body']): Promise<never> {
    this.asked.push({ command, body });
    const replies: { [C in keyof EndpointCommands]?: EndpointCommands[C]['reply'] } = {
      publish: { published: this.pid, events: [this.pid, 5], latestNs: nanoseconds(this.pid) },
      read: reading(this.pid),
      sockets: {
        sockets: [
          {
            clientPort: this.pid,
            open: true,
            upBytes: bytes(1),
            downBytes: bytes(0),
            messagesUp: 1,
            messagesDown: 0,
            noDelay: undefined,
          },
        ],
        settings: {
          keepAliveMs: undefined,
          maxMessageBytes: bytes(this.pid),
          heartbeatMs: undefined,
          tls: false,
          http2Windows: undefined,
        },
        seen: { httpVersion: undefined, messageHeaders: [] },
        process: { node: `node ${this.pid}`, flags: [], environment: '' },
      },
    };
    return Promise.resolve(replies[command] as never);
  }

  end(): Promise<void> {
    this.die('the server process ended with exit code 0');
    return Promise.resolve();
  }
}

interface Started {
  readonly farm: ServerFarm;
  readonly servers: FakeServer[];
}

async function started(count: number): Promise<Started & { readonly ends: (() => Promise<void>)[] }> {
  const servers: FakeServer[] = [];
  const farm = new ServerFarm(new ManualClock(), () => {
    const server = new FakeServer(100 * 10 ** servers.length);
    servers.push(server);
    return server;
  });
  await farm.handlers.start({ variant: defaultVariant('stdio'), seed: 1, maxMessageBytes: bytes(1_000) });
  const ends: (() => Promise<void>)[] = [];
  for (let index = 0; index < count; index += 1) {
    const pipes = await farm.launch(index, undefined);
    ends.push(() => pipes.end());
  }
  return { farm, servers, ends };
}

const bodiesOf = (server: FakeServer | undefined, command: string): unknown[] =>
  (server?.asked ?? []).filter((one) => one.command === command).map(({ body }) => body);

describe('a farm of servers answers as one endpoint', () => {
  test('start is passed on to each server when its client launches it', async () => {
    const { servers } = await started(2);
    const options = { variant: defaultVariant('stdio'), seed: 1, maxMessageBytes: 1_000 };
    expect(servers.map((server) => server.asked)).toEqual([
      [{ command: 'start', body: options }],
      [{ command: 'start', body: options }],
    ]);
  });

  test('readings add up; how busy and how long the longest pause was is that of the worst', async () => {
    const { farm } = await started(3);
    expect(await farm.handlers.read(undefined)).toEqual({
      ...reading(11_100),
      openSockets: 6,
      process: { ...reading(11_100).process, utilisation: 10, gcMaxNs: 80_000 },
    });
  });

  test('sockets of all, settings and facts of the first', async () => {
    const { farm } = await started(2);
    const { sockets, settings, process } = await farm.handlers.sockets(undefined);
    expect(sockets.map(({ clientPort }) => clientPort)).toEqual([100, 1_000]);
    expect(settings.maxMessageBytes).toBe(100);
    expect(process.node).toBe('node 100');
  });

  test('each server publishes what its one client listens to; the rest is left out, its place kept', async () => {
    const { farm, servers } = await started(3);
    const asked = order(publication('a', 1), publication('b', 2));
    expect(await farm.handlers.publish(asked)).toEqual({ published: 1_100, events: [1_000, 5], latestNs: 1_000 });
    expect(bodiesOf(servers[0], 'publish')).toEqual([order(publication('a', 1), publication('b', 1))]);
    expect(bodiesOf(servers[1], 'publish')).toEqual([{ ...asked, publications: [null, publication('b', 1)] }]);
    expect(bodiesOf(servers[2], 'publish')).toEqual([]);
  });

  test('nobody listens: nothing is published', async () => {
    const { farm } = await started(2);
    expect(await farm.handlers.publish(order())).toEqual({ published: 0, events: [], latestNs: 0 });
    expect(shareOf(order(publication('a', 0)), 0).publications).toEqual([null]);
  });

  test('every server begins and stops', async () => {
    const { farm, servers } = await started(2);
    const edge = { stall: undefined, startNs: seconds(1) };
    await farm.handlers.begin(edge);
    await farm.handlers.stopPublishing(undefined);
    for (const server of servers) {
      expect(bodiesOf(server, 'begin')).toEqual([edge]);
      expect(bodiesOf(server, 'stopPublishing')).toEqual([undefined]);
    }
  });

  test('a server whose client closes leaves, and is told to stop publishing first', async () => {
    const { farm, servers, ends } = await started(2);
    await ends[0]?.();
    expect((await farm.handlers.read(undefined)).payloadUp).toBe(2_000);
    expect(servers[0]?.asked.at(-1)?.command).toBe('stopPublishing');
  });

  test('a server that went by itself took its counts along: whoever asks is told', async () => {
    const { farm, servers } = await started(2);
    servers[1]?.die('the server process was killed by SIGKILL');
    await servers[1]?.gone;
    await expect(Promise.resolve(farm.handlers.read(undefined))).rejects.toThrow(
      'the server process was killed by SIGKILL',
    );
    await expect(Promise.resolve(farm.handlers.publish(order()))).rejects.toThrow('killed by SIGKILL');
  });

  test('nobody has started a server: there is nothing to look at', async () => {
    const { farm } = await started(0);
    await expect(Promise.resolve(farm.handlers.sockets(undefined))).rejects.toThrow('no client has started a server');
    await expect(new ServerFarm(new ManualClock()).launch(0, undefined)).rejects.toThrow('no endpoint was asked for');
  });
});
