/** The processes of one trial, fresh and apart: the endpoint, the driver, and the relay where a network stands between them. */
import { type Child, type ChildHome, startChild } from '../child/child.ts';
import { pinProcess } from '../child/pin.ts';
import type { DriverCommands } from '../driver/commands.ts';
import type { HostedEndpoint } from '../driver/hosted-endpoint.ts';
import type { EndpointCommands } from '../endpoint/commands.ts';
import { MAX_MESSAGE_BYTES } from '../endpoint/limits.ts';
import type { Clock } from '../measure/clock.ts';
import type { TreeReading } from '../measure/process-tree.ts';
import { type StandingRelay, standBetween } from '../network/stand-between.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Transport } from '../transports/contract.ts';
import { type Nanoseconds, milliseconds, nanoseconds, seconds } from '../units.ts';
import { type AskedDriver, asOneDriver } from './driver-team.ts';
import { driverCpuAt, type Placement } from './placement.ts';

/** How long an answer to a question that takes no time may take. */
export const PROMPT_NS = seconds(15);
/** How long opening a scenario's clients may take, however many; and how much longer for each that starts a server. */
const OPEN_NS = seconds(20);
const SERVER_START_NS = seconds(2);
/** For an order to reach the driver and the endpoint; and how much longer for each server that it is passed on to. */
const LEAD_NS = milliseconds(8);
const SERVER_LEAD_NS = milliseconds(1);

/** Asks the endpoint, wherever it lives. */
export type AskEndpoint = <K extends keyof EndpointCommands>(
  command: K,
  body: EndpointCommands[K]['body'],
  timeoutNs: Nanoseconds,
) => Promise<EndpointCommands[K]['reply']>;

export interface TrialProcesses {
  readonly driver: AskedDriver;
  /** Every driver and the probe, each by itself; absent where there is the one driver. */
  readonly team?: readonly AskedDriver[] | undefined;
  /** `undefined` where the server is somebody else's and answers nothing but its clients. */
  readonly askEndpoint: AskEndpoint | undefined;
  /** What somebody else's server that was started for the run has used up to now; `undefined` where nobody can tell. */
  readonly readServer: (() => Promise<TreeReading | undefined>) | undefined;
  /** What stands between the two where a network is emulated; `undefined` on loopback as it is. */
  readonly relay: StandingRelay | undefined;
  /** Whether the endpoint has a process of its own (or many), whose use can be told from the driver's. */
  readonly apart: boolean;
  /** Whether every process that takes part was started by this command: then all other work on the machine is others'. */
  readonly allOurs: boolean;
  /** How long opening so many clients may take. */
  readonly openLimit: (clients: number) => Nanoseconds;
  /** How long before the first thing is due an order must be given, for all processes to hear of it. */
  readonly lead: (clients: number) => Nanoseconds;
  /** Ends them all. Never rejects. */
  end(): Promise<void>;
}

/** With an endpoint of the tool's own. */
export interface OwnProcesses extends TrialProcesses {
  readonly askEndpoint: AskEndpoint;
}

export interface StartOptions {
  readonly arm: Arm;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly seed: number;
  /** How long the endpoint may take to be ready. */
  readonly readyTimeoutNs: Nanoseconds;
  readonly placement: Placement;
  /** Discarded calls to a server that its client has just started; none where only one session is looked at. */
  readonly coldServerCalls?: number | undefined;
  /** Whose code the endpoint runs; absent for this program's. */
  readonly endpointHome?: ChildHome | undefined;
  /** How many drivers share the load, with a probe beside them; absent for one without. */
  readonly drivers?: number | undefined;
  /** Whether a mirror stands before the endpoint. */
  readonly isMirrored?: boolean | undefined;
}

/** Starts them and connects nothing yet. Rejects, with nothing left running, when one of them cannot be started. */
export async function startProcesses(options: StartOptions): Promise<OwnProcesses> {
  const { capabilities } = options.transport;
  const apart = capabilities.has('own-process');
  const spawned = capabilities.has('client-spawns');
  const driver = startChild<DriverCommands & HostedEndpoint>({ name: 'driver', program: 'driver.js' });
  const others = startOthers(options.drivers);
  // Servers that clients start are the driver's children, and asked through it.
  const single = apart && !spawned;
  const endpoint = single
    ? startChild<EndpointCommands>({ name: 'endpoint', program: 'endpoint.js', home: options.endpointHome })
    : undefined;
  const askEndpoint: AskEndpoint = (command, body, timeoutNs) =>
    endpoint === undefined ? askHosted(driver, command, body, timeoutNs) : endpoint.ask(command, body, timeoutNs);
  let relay: StandingRelay | undefined;
  const end = async (): Promise<void> => {
    await Promise.all([driver.end(), ...others.map((one) => one.end()), endpoint?.end(), relay?.end()]);
  };
  try {
    const { arm, seed, readyTimeoutNs, placement, isMirrored } = options;
    if (placement.kind === 'pinned') pinAll(endpoint?.pid, [driver, ...others], placement);
    const { address, certificate } = await askEndpoint(
      'start',
      { variant: arm.variant, seed, maxMessageBytes: MAX_MESSAGE_BYTES, isMirrored },
      readyTimeoutNs,
    );
    relay = await relayTo(address, options);
    const met = { address: relay?.address ?? address, certificate };
    await Promise.all([driver, ...others].map((one) => startDriver(one, met, options)));
    const patience = patienceWith(options.transport);
    const asked = askedAsOne([driver, ...others]);
    return { ...asked, askEndpoint, readServer: undefined, relay, apart, allOurs: true, ...patience, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The further drivers and, last, the probe, where several were asked for, or one that is looked at. */
export const startOthers = (drivers: number | undefined): readonly Child<DriverCommands>[] =>
  Array.from({ length: drivers ?? 0 }, (_, index) =>
    startChild<DriverCommands>({
      name: index + 1 === drivers ? 'probe driver' : `driver ${index + 2}`,
      program: 'driver.js',
    }),
  );

/** All of them started; with more than one of them the last is the probe. */
export function askedAsOne(all: readonly [AskedDriver, ...AskedDriver[]]): Pick<TrialProcesses, 'driver' | 'team'> {
  const probe = all.length === 1 ? undefined : all.at(-1);
  return probe === undefined ? { driver: all[0] } : { driver: asOneDriver(all.slice(0, -1), probe), team: all };
}

function startDriver(
  driver: Pick<Child<DriverCommands>, 'ask'>,
  endpoint: { readonly address: string; readonly certificate: string | undefined },
  { arm, seed, placement, coldServerCalls = 0, endpointHome }: StartOptions,
): Promise<undefined> {
  const endpointCpu = placement.kind === 'pinned' ? placement.endpointCpu : undefined;
  const order = {
    variant: arm.variant,
    seed,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    endpointCpu,
    endpointHome,
    coldServerCalls,
  };
  return driver.ask('start', { ...order, ...endpoint }, PROMPT_NS);
}

/** Netem is a word that the record reserves: no arm gets it, see `network/mechanism.ts`. */
async function relayTo(address: string, { arm, placement, clock }: StartOptions): Promise<StandingRelay | undefined> {
  const { network, mechanism } = arm.variant;
  if (mechanism === undefined) return undefined;
  if (mechanism !== 'relay') throw new Error(`arm ${arm.id} asks for ${mechanism}, which this version does not drive`);
  const cpu = placement.kind === 'pinned' ? placement.relayCpu : undefined;
  return standBetween({ address, profile: network, cpu, clock });
}

/** How long to wait for processes, by whether every client has one more. */
export function patienceWith({ capabilities }: Transport): Pick<TrialProcesses, 'openLimit' | 'lead'> {
  const perServer = (baseNs: Nanoseconds, eachNs: Nanoseconds) => (clients: number) =>
    nanoseconds(baseNs + (capabilities.has('client-spawns') ? clients * eachNs : 0));
  return { openLimit: perServer(OPEN_NS, SERVER_START_NS), lead: perServer(LEAD_NS, SERVER_LEAD_NS) };
}

/** Throws when a process cannot be pinned after all: arms that are placed differently are not compared. */
export function pinAll(
  endpointPid: number | undefined,
  drivers: readonly { readonly pid: number }[],
  placement: Extract<Placement, { kind: 'pinned' }>,
): void {
  const pinned = [
    ...drivers.map(({ pid }, index) => pinProcess(pid, driverCpuAt(placement, index))),
    ...(endpointPid === undefined ? [] : [pinProcess(endpointPid, placement.endpointCpu)]),
  ];
  if (pinned.includes(false)) throw new Error('a process could not be pinned to its core');
}

/** The driver's process hosts the endpoint of a transport without a wire, and starts those of clients that do; under prefixed names. */
function askHosted<K extends keyof EndpointCommands>(
  driver: Child<DriverCommands & HostedEndpoint>,
  command: K,
  body: EndpointCommands[K]['body'],
  timeoutNs: Nanoseconds,
): Promise<EndpointCommands[K]['reply']> {
  const hosted: keyof HostedEndpoint = `endpoint.${command}`;
  return driver.ask(hosted, body, timeoutNs);
}
