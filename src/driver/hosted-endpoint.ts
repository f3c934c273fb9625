import type { Handlers } from '../child/serve.ts';
import type { EndpointCommands } from '../endpoint/commands.ts';
import { loadTransport } from '../transports/discover.ts';

/**
 * The endpoint's commands under names of their own: the driver's process hosts the endpoint of a transport without a
 * wire, and starts the servers of one whose clients start them.
 */
export type HostedEndpoint = { [K in keyof EndpointCommands as `endpoint.${K}`]: EndpointCommands[K] };

/** Answers with whichever of the two the transport needs, which is known from `start` on. */
export function hostedEndpoint(
  inProcess: Handlers<EndpointCommands>,
  farm: Handlers<EndpointCommands>,
): Handlers<HostedEndpoint> {
  let chosen = inProcess;
  return {
    'endpoint.start': async (body) => {
      const { capabilities } = await loadTransport(body.variant.transport);
      chosen = capabilities.has('client-spawns') ? farm : inProcess;
      return chosen.start(body);
    },
    'endpoint.clock': () => chosen.clock(undefined),
    'endpoint.publish': (order) => chosen.publish(order),
    'endpoint.emit': (order) => chosen.emit(order),
    'endpoint.stopPublishing': () => chosen.stopPublishing(undefined),
    'endpoint.begin': (edge) => chosen.begin(edge),
    'endpoint.read': () => chosen.read(undefined),
    'endpoint.memory': (order) => chosen.memory(order),
    'endpoint.closeIdle': () => chosen.closeIdle(undefined),
    'endpoint.sockets': () => chosen.sockets(undefined),
  };
}
