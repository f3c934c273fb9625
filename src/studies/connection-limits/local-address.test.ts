import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { monotonicClock } from '../../measure/clock.ts';
import { defaultVariant } from '../../scenario/variant.ts';
import { seconds } from '../../units.ts';
import { ChannelError } from '../../transports/contract.ts';
import { openStudySession } from '../bench.ts';

it.each([
  ['sse', '1.1'],
  ['sse', '2'],
  ['websocket', '1.1'],
] as const)(
  'the stock client of %s over HTTP/%s opens its sockets from the address it is given',
  async (name, http) => {
    const seen: (string | undefined)[] = [];
    // Notes who comes, and hangs up: more is not needed here.
    const server = createServer((socket) => {
      seen.push(socket.remoteAddress);
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const opening = openStudySession({
      variant: { ...defaultVariant(name), http },
      address: `${name === 'sse' ? 'http' : 'ws'}://127.0.0.1:${port}/`,
      certificate: undefined,
      localAddress: '127.0.0.7',
      clock: monotonicClock(),
      timeoutNs: seconds(5),
      onNotification: () => undefined,
      onClosed: () => undefined,
    });
    await expect(opening).rejects.toBeInstanceOf(ChannelError);
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen)).toEqual(new Set(['127.0.0.7']));
  },
);
