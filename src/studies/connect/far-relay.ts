/**
 * A relay that makes the endpoint look far away. It delays what passes by half a round trip in each direction, and imitates
 * the round trip of opening a socket, which the kernel of the same host has done before anybody could delay it: what a client
 * sends while that round trip would still last, it would have sent at its end.
 */
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import type { Clock } from '../../measure/clock.ts';
import { type Nanoseconds, nanoseconds, plus } from '../../units.ts';

export interface FarRelay {
  /** The endpoint's address with the relay's port in it. */
  readonly address: string;
  /** Cuts what passes through it and stops listening. */
  close(): Promise<void>;
}

export interface FarRelayOptions {
  readonly address: string;
  readonly rttNs: Nanoseconds;
  readonly clock: Clock;
}

export async function startFarRelay({ address, rttNs, clock }: FarRelayOptions): Promise<FarRelay> {
  const url = new URL(address);
  // An end is passed on like everything else, when it is due.
  const target = { port: Number(url.port), host: url.hostname, allowHalfOpen: true };
  const halfNs = nanoseconds(rttNs / 2);
  const open = new Set<Socket>();
  const relay = createServer({ allowHalfOpen: true }, (near) => {
    const openNs = plus(clock.now(), rttNs);
    const far = connect(target);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => open.delete(socket));
    }
    pass(near, far, clock, () => plus(later(clock.now(), openNs), halfNs));
    pass(far, near, clock, () => plus(clock.now(), halfNs));
  });
  await new Promise<void>((resolve, reject) => {
    relay.once('error', reject);
    relay.listen(0, target.host, resolve);
  });
  url.port = String((relay.address() as AddressInfo).port);
  return {
    address: url.href,
    close: () =>
      new Promise((resolve) => {
        relay.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

const later = (one: Nanoseconds, other: Nanoseconds): Nanoseconds => (one > other ? one : other);

/** In the order of arrival: each piece, and the end, when it is due. */
function pass(from: Socket, to: Socket, clock: Clock, dueNs: () => Nanoseconds): void {
  const queue: { readonly dueNs: Nanoseconds; readonly act: () => void }[] = [];
  const next = (): void => {
    const [first] = queue;
    if (first === undefined) return;
    clock.at(first.dueNs, () => {
      queue.shift();
      first.act();
      next();
    });
  };
  const put = (act: () => void): void => {
    queue.push({ dueNs: dueNs(), act });
    if (queue.length === 1) next();
  };
  from.on('data', (chunk: Buffer) =>
    put(() => {
      if (!to.destroyed) to.write(chunk);
    }),
  );
  from.on('end', () => put(() => to.end()));
  from.on('close', () => put(() => to.destroySoon()));
}
