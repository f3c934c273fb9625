/** The servers of one step: all behind one origin, as behind a gateway, or each at its own. */
import type { NetworkProfile } from '../../scenario/network.ts';
import type { Variant } from '../../scenario/variant.ts';
import type { Sharing } from '../../transports/contract.ts';
import { seconds } from '../../units.ts';
import { type StudyEndpoint, type StudySession, openStudySession, startStudyEndpoint } from '../bench.ts';
import type { StepContext } from '../contract.ts';
import type { McpClientOptions } from '../../mcp/client.ts';

const TIMEOUT_NS = seconds(10);

/** Who opens sessions. */
export interface Origins {
  /** That the way to each of them leads over. */
  readonly network: NetworkProfile;
  /** One, or one for each server. */
  readonly endpoints: readonly StudyEndpoint[];
  /** Where the server with this number is. */
  readonly of: (server: number) => StudyEndpoint;
  readonly open: (options: OpenOptions) => Promise<StudySession>;
  readonly end: () => Promise<void>;
}

export interface OpenOptions {
  readonly server: number;
  readonly sharing: Sharing;
  readonly onNotification: NonNullable<McpClientOptions['onNotification']>;
}

/** Rejects, with nothing left running, when one of them cannot be started. */
export async function startOrigins(
  variant: Variant,
  count: number,
  context: StepContext<'multi-server'>,
): Promise<Origins> {
  const { seed, readyTimeoutNs, endpointCpu, clock } = context;
  const endpoints: StudyEndpoint[] = [];
  const end = async (): Promise<void> => {
    await Promise.all(endpoints.map((endpoint) => endpoint.end()));
  };
  try {
    for (let number = 0; number < count; number += 1)
      endpoints.push(await startStudyEndpoint({ variant, seed, readyTimeoutNs, endpointCpu, resumable: true }));
  } catch (error) {
    await end();
    throw error;
  }
  const of = (server: number): StudyEndpoint => {
    const endpoint = endpoints[server % endpoints.length];
    if (endpoint === undefined) throw new Error('there is no endpoint');
    return endpoint;
  };
  return {
    network: variant.network,
    endpoints,
    of,
    end,
    open: ({ server, sharing, onNotification }) => {
      const { address, certificate } = of(server);
      return openStudySession({ variant, address, certificate, clock, timeoutNs: TIMEOUT_NS, sharing, onNotification });
    },
  };
}
