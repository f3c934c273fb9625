import type { EndpointCommands } from '../endpoint/commands.ts';

/** The endpoint's commands under names of their own: a transport without a wire has its endpoint in the driver's process. */
export type HostedEndpoint = { [K in keyof EndpointCommands as `endpoint.${K}`]: EndpointCommands[K] };
