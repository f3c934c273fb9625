/** The two processes of one trial, fresh and apart: the endpoint and the driver. */
import { type Child, startChild } from '../child/child.ts';
import type { DriverCommands } from '../driver/commands.ts';
import type { HostedEndpoint } from '../driver/hosted-endpoint.ts';
import type { EndpointCommands } from '../endpoint/commands.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Transport } from '../transports/contract.ts';
import { type Nanoseconds, bytes, seconds } from '../units.ts';
import { type Placement, pinProcess } from './placement.ts';

/** The same on every transport: comfortably above the largest shipped payload. */
const MAX_MESSAGE_BYTES = bytes(16 * 1024 * 1024);

/** How long an answer to a question that takes no time may take. */
export const PROMPT_NS = seconds(15);

/** Asks the endpoint, wherever it lives. */
export type AskEndpoint = <K extends keyof EndpointCommands>(
  command: K,
  body: EndpointCommands[K]['body'],
  timeoutNs: Nanoseconds,
) => Promise<EndpointCommands[K]['reply']>;

export interface TrialProcesses {
  readonly driver: Pick<Child<DriverCommands>, 'ask'>;
  readonly askEndpoint: AskEndpoint;
  /** Whether the endpoint has a process of its own, whose use can be told from the driver's. */
  readonly apart: boolean;
  /** Ends both. Never rejects. */
  end(): Promise<void>;
}

export interface StartOptions {
  readonly arm: Arm;
  readonly transport: Transport;
  readonly seed: number;
  /** How long the endpoint may take to be ready. */
  readonly readyTimeoutNs: Nanoseconds;
  readonly placement: Placement;
}

/** Starts both and connects nothing yet. Rejects, with nothing left running, when either cannot be started. */
export async function startProcesses(options: StartOptions): Promise<TrialProcesses> {
  const apart = options.transport.capabilities.has('own-process');
  const driver = startChild<DriverCommands & HostedEndpoint>({ name: 'driver', program: 'driver.js' });
  const endpoint = apart ? startChild<EndpointCommands>({ name: 'endpoint', program: 'endpoint.js' }) : undefined;
  const askEndpoint: AskEndpoint = (command, body, timeoutNs) =>
    endpoint === undefined ? askHosted(driver, command, body, timeoutNs) : endpoint.ask(command, body, timeoutNs);
  const end = async (): Promise<void> => {
    await Promise.all([driver.end(), endpoint?.end()]);
  };
  try {
    const { arm, seed, readyTimeoutNs, placement } = options;
    if (placement.kind === 'pinned') pinBoth(endpoint?.pid, driver.pid, placement);
    const { address, certificate } = await askEndpoint(
      'start',
      { variant: arm.variant, seed, maxMessageBytes: MAX_MESSAGE_BYTES },
      readyTimeoutNs,
    );
    await driver.ask(
      'start',
      { variant: arm.variant, address, certificate, seed, maxMessageBytes: MAX_MESSAGE_BYTES },
      PROMPT_NS,
    );
    return { driver, askEndpoint, apart, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Throws when a process cannot be pinned after all: arms that are placed differently are not compared. */
function pinBoth(
  endpointPid: number | undefined,
  driverPid: number,
  placement: Extract<Placement, { kind: 'pinned' }>,
): void {
  const pinned =
    pinProcess(driverPid, placement.driverCpu) &&
    (endpointPid === undefined || pinProcess(endpointPid, placement.endpointCpu));
  if (!pinned) throw new Error('a process could not be pinned to its core');
}

/** The driver's process hosts the endpoint of a transport without a wire, under prefixed names. */
function askHosted<K extends keyof EndpointCommands>(
  driver: Child<DriverCommands & HostedEndpoint>,
  command: K,
  body: EndpointCommands[K]['body'],
  timeoutNs: Nanoseconds,
): Promise<EndpointCommands[K]['reply']> {
  const hosted: keyof HostedEndpoint = `endpoint.${command}`;
  return driver.ask(hosted, body, timeoutNs);
}
