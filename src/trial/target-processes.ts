/** The processes of one trial against somebody else's server: the driver, and the server's command where it has one. */
import { startChild } from '../child/child.ts';
import type { DriverCommands, DriverStart } from '../driver/commands.ts';
import { readTrees, type TreeReading } from '../measure/process-tree.ts';
import type { JsonObject } from '../mcp/jsonrpc.ts';
import type { TargetSpec } from '../target/spec.ts';
import { startTarget } from '../target/start.ts';
import { toMilliseconds } from '../units.ts';
import { MAX_MESSAGE_BYTES } from '../endpoint/limits.ts';
import {
  askedAsOne,
  patienceWith,
  pinAll,
  PROMPT_NS,
  startOthers,
  type StartOptions,
  type TrialProcesses,
} from './processes.ts';

/** Discarded calls to a server that its client has just started, as far as it is quick enough. */
const COLD_SERVER_CALLS = 200;

/** Rejects, with nothing left running, when the server's command does not come to listen, or the signal says not to wait for it. */
export async function startTargetProcesses(
  options: StartOptions,
  target: TargetSpec,
  signal: AbortSignal,
): Promise<TrialProcesses> {
  const { arm, seed, readyTimeoutNs, placement, transport } = options;
  if (arm.call === undefined) throw new Error(`arm ${arm.id} is somebody else's server and names no call`);
  const cpu = placement.kind === 'pinned' ? placement.endpointCpu : undefined;
  const padBytes = options.endpointHome?.padBytes;
  const limitMs = toMilliseconds(readyTimeoutNs);
  const server = await startTarget(target, { limitMs, signal, cpu, padBytes });
  const driver = startChild<DriverCommands>({ name: 'driver', program: 'driver.js' });
  const others = startOthers(options.drivers);
  const end = async (): Promise<void> => {
    await Promise.all([driver, ...others].map((one) => one.end()));
    await server.end();
  };
  try {
    if (placement.kind === 'pinned') pinAll(undefined, [driver, ...others], placement);
    const order: DriverStart = {
      variant: arm.variant,
      address: target.url ?? '',
      certificate: undefined,
      seed,
      maxMessageBytes: MAX_MESSAGE_BYTES,
      coldServerCalls: COLD_SERVER_CALLS,
      endpointCpu: cpu,
      target: {
        headers: target.headers,
        argv: target.url === undefined ? target.argv : undefined,
        cwd: target.cwd,
        padBytes,
        call: { tool: arm.call.tool, args: JSON.parse(arm.call.args) as JsonObject },
      },
    };
    await Promise.all([driver, ...others].map((one) => one.ask('start', order, PROMPT_NS)));
    const readServer = (): Promise<TreeReading | undefined> =>
      target.url === undefined
        ? driver.ask('servers', undefined, PROMPT_NS).then((reading) => reading ?? undefined)
        : Promise.resolve(server.pid === undefined ? undefined : readTrees([server.pid]));
    return {
      ...askedAsOne([driver, ...others]),
      askEndpoint: undefined,
      readServer,
      relay: undefined,
      apart: true,
      allOurs: target.argv !== undefined,
      ...patienceWith(transport),
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
