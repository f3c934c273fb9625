/** Looks closely at one session of each arm before anything is measured. */
import type { ChildHome } from '../child/child.ts';
import type { ProbeCalls, ProbeConnect } from '../driver/commands.ts';
import type { EndpointCommands } from '../endpoint/commands.ts';
import type { Clock } from '../measure/clock.ts';
import type { ArmFacts } from '../result/record.ts';
import { NETWORKS } from '../scenario/network.ts';
import type { Arm } from '../scenario/plan.ts';
import type { EndpointSeen, Handshake, SocketReport, Transport } from '../transports/contract.ts';
import {
  type Nanoseconds,
  bytes,
  milliseconds,
  nanoseconds,
  perSecond,
  plus,
  seconds,
  toMilliseconds,
} from '../units.ts';
import { clientPackages, driverLines, packageBytes } from './client-code.ts';
import type { Placement } from './placement.ts';
import { PROMPT_NS, type OwnProcesses, startProcesses } from './processes.ts';

const PROBE_CALLS = 20;
const PROBE_TIME_NS = milliseconds(200);
/** When the sockets are looked at: the client has subscribed, and the first calls and events have been exchanged. */
const LOOK_AFTER_MS = 60;
/** What that takes of a network's round trips: one for the subscription, one for each of two calls. */
const LOOK_AFTER_ROUND_TRIPS = 3;

export interface ProbeOptions {
  readonly arm: Arm;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly seed: number;
  readonly readyTimeoutNs: Nanoseconds;
  readonly placement: Placement;
  readonly endpointHome?: ChildHome | undefined;
  readonly signal: AbortSignal;
}

/** Rejects, with nothing left running, when the arm cannot be connected to at all. */
export async function probeArm(options: ProbeOptions): Promise<ArmFacts> {
  const processes = await startProcesses(options);
  const onAbort = (): void => void processes.end();
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    // The interrupt may have come while they were starting.
    if (options.signal.aborted) throw new Error('interrupted');
    await processes.relay?.delay();
    return await lookClosely(options, processes);
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    await processes.end();
  }
}

type EndpointView = EndpointCommands['sockets']['reply'];

async function lookClosely(options: ProbeOptions, processes: OwnProcesses): Promise<ArmFacts> {
  const { driver, askEndpoint } = processes;
  const { roundTripNs } = NETWORKS[options.arm.variant.network];
  const connect = await driver.ask('probeConnect', undefined, PROMPT_NS);
  const before = await askEndpoint('sockets', undefined, PROMPT_NS);
  const calling = driver.ask('probeCalls', { calls: PROBE_CALLS }, PROMPT_NS);
  const publication = {
    topic: 'probe',
    arrivals: 'constant',
    ratePerSec: perSecond(200),
    payloadBytes: bytes(64),
    subscribers: 1,
  } as const;
  const publishing = askEndpoint(
    'publish',
    {
      run: 0,
      publications: [publication],
      seed: 1,
      startNs: plus(options.clock.now(), milliseconds(10)),
      durationNs: nanoseconds(PROBE_TIME_NS + LOOK_AFTER_ROUND_TRIPS * roundTripNs),
    },
    seconds(10),
  );
  const both = Promise.all([calling, publishing]);
  both.catch(() => undefined); // Awaited below; until then a process that ends must not end the command with it.
  // The sockets are read while calls and events are still under way.
  const lookAfterMs = LOOK_AFTER_MS + LOOK_AFTER_ROUND_TRIPS * toMilliseconds(roundTripNs);
  await new Promise((resolve) => setTimeout(resolve, lookAfterMs));
  const during = await askEndpoint('sockets', undefined, PROMPT_NS);
  const [calls] = await both;
  await driver.ask('probeRelease', undefined, PROMPT_NS);
  return factsOf(options, connect, calls, before, during);
}

function factsOf(
  options: ProbeOptions,
  connect: ProbeConnect,
  calls: ProbeCalls,
  before: EndpointView,
  during: EndpointView,
): ArmFacts {
  const { arm, transport } = options;
  const moved = difference(before.sockets, during.sockets);
  const up = moved.reduce((sum, socket) => sum + socket.messagesUp, 0);
  const shared = moved.filter((socket) => socket.messagesDown > 0).reduce((sum, socket) => sum + socket.messagesUp, 0);
  const wired = transport.capabilities.has('wire');
  return {
    armId: arm.id,
    established: established(connect.handshake, during.seen),
    carrier: carrierOf(transport),
    socketsPerClient: calls.sockets.filter((socket) => socket.open).length,
    httpRequestsPerSession: connect.handshake.httpRequests,
    httpRequestsPerCall: calls.httpRequestsPerCall,
    roundTripsToOpen: connect.handshake.roundTripsToOpen,
    bytesToFirstResult: bytes(connect.bytesToFirstResult),
    timeToFirstResultNs: connect.timeToFirstResultNs,
    payloadUpBytes: bytes(connect.payloadUpBytes),
    payloadDownBytes: bytes(connect.payloadDownBytes),
    sharedChannelShare: up === 0 ? (wired ? 0 : 1) : shared / up,
    bothDirectionsAtOnce: !wired || moved.some((socket) => socket.messagesUp > 0 && socket.messagesDown > 0),
    // Pipes have no TCP, and nothing to set.
    noDelay: transport.capabilities.has('client-spawns')
      ? []
      : [...calls.sockets, ...during.sockets].map((socket) => socket.noDelay),
    // Content codings are known only once something has come back.
    compression: calls.handshake.compression,
    tls: during.settings.tls,
    tlsSession: calls.handshake.tls,
    httpVersion: during.seen.httpVersion,
    http2Windows: during.settings.http2Windows,
    messageHeaders: during.seen.messageHeaders,
    keepAliveMs: during.settings.keepAliveMs,
    heartbeatMs: during.settings.heartbeatMs,
    maxMessageBytes: during.settings.maxMessageBytes,
    endpointNode: `${during.process.node} ${during.process.environment}`,
    driverNode: `${connect.process.node} ${connect.process.environment}`,
    endpointFlags: during.process.flags,
    driverFlags: connect.process.flags,
    surfaceHash: connect.surfaceHash,
    clientLibraries: clientPackages(transport, arm.variant).map((name) => ({ name, bytes: bytes(packageBytes(name)) })),
    driverLines: driverLines(arm.variant),
  };
}

function carrierOf({ capabilities }: Transport): ArmFacts['carrier'] {
  if (!capabilities.has('wire')) return 'nothing';
  return capabilities.has('client-spawns') ? 'pipes' : 'sockets';
}

/** The version is what the endpoint saw arrive; the answer is what the client saw come back. */
const established = ({ established: answer }: Handshake, { httpVersion }: EndpointSeen): string =>
  httpVersion === undefined ? answer : `HTTP/${httpVersion} ${answer}`;

/** What each socket carried between two looks. */
function difference(
  before: readonly SocketReport[],
  after: readonly SocketReport[],
): { messagesUp: number; messagesDown: number }[] {
  return after.map((socket) => {
    const earlier = before.find((other) => other.clientPort === socket.clientPort);
    return {
      messagesUp: socket.messagesUp - (earlier?.messagesUp ?? 0),
      messagesDown: socket.messagesDown - (earlier?.messagesDown ?? 0),
    };
  });
}
