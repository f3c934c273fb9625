/** The tool's own hops, in a process that is theirs: what it can be asked, and its answers. */
import type { Handlers } from '../../child/serve.ts';
import type { HopName } from '../../scenario/studies/proxies.ts';
import { type Nanoseconds, toMilliseconds } from '../../units.ts';
import { listenOnLoopback } from '../../wire/loopback-only.ts';
import { bufferingHop, connectHop, strippingHop } from './http-hops.ts';
import { type BuiltHop, type Upstreams, blackHole, relayHop, tlsTerminator } from './tcp-hops.ts';

export type HopCommands = {
  start: { body: OwnHopOrder; reply: { readonly port: number; readonly certificate: string | undefined } };
  /** Connections that the hop at this port has carried on. */
  carried: { body: { readonly port: number }; reply: number };
};

export interface OwnHopOrder {
  readonly hop: HopName;
  readonly upstreams: Upstreams;
  /** For hops that have a timeout. */
  readonly idleNs: Nanoseconds;
}

export function hopHandlers(): Handlers<HopCommands> {
  const running = new Map<number, BuiltHop>();
  return {
    start: async (order) => {
      const hop = await build(order);
      const port = await listenOnLoopback(hop.server);
      running.set(port, hop);
      return { port, certificate: hop.certificate };
    },
    carried: ({ port }) => running.get(port)?.carried() ?? 0,
  };
}

function build({ hop, upstreams, idleNs }: OwnHopOrder): BuiltHop | Promise<BuiltHop> {
  switch (hop) {
    case 'tcp-relay':
    case 'balancer':
      return relayHop(upstreams);
    case 'idle-timeout':
      return relayHop(upstreams, toMilliseconds(idleNs));
    case 'black-hole':
      return blackHole();
    case 'strip-upgrade':
      return strippingHop(upstreams);
    case 'buffering':
      return bufferingHop(upstreams);
    case 'connect-proxy':
      return connectHop(upstreams);
    case 'tls-terminator':
      return tlsTerminator(upstreams);
    default:
      throw new Error(`${hop} is not one of the tool's own hops`);
  }
}
