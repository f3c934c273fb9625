/** The processes of one trial against somebody else's server: the driver, and the server's command where it has one. */
import { startChild } from '../child/child.ts';
import { pinProcess } from '../child/pin.ts';
import type { DriverCommands } from '../driver/commands.ts';
import { readTrees, type TreeReading } from '../measure/process-tree.ts';
import type { JsonObject } from '../mcp/jsonrpc.ts';
import type { TargetSpec } from '../target/spec.ts';
import { startTarget } from '../target/start.ts';
import { toMilliseconds } from '../units.ts';
import { MAX_MESSAGE_BYTES } from '../endpoint/limits.ts';
import { PROMPT_NS, type StartOptions, type TrialProcesses, patienceWith } from './processes.ts';

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
  const end = async (): Promise<void> => {
    await driver.end();
    await server.end();
  };
  try {
    if (placement.kind === 'pinned' && !pinProcess(driver.pid, placement.driverCpu))
      throw new Error('a process could not be pinned to its core');
    await driver.ask(
      'start',
      {
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
      },
      PROMPT_NS,
    );
    const readServer = (): Promise<TreeReading | undefined> =>
      target.url === undefined
        ? driver.ask('servers', undefined, PROMPT_NS).then((reading) => reading ?? undefined)
        : Promise.resolve(server.pid === undefined ? undefined : readTrees([server.pid]));
    return {
      driver,
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
