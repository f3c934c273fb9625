/** The driver as its process runs it: the clients of one scenario after another, and the recorder of the phase in hand. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Handlers } from '../child/serve.ts';
import { type ChildHome, padding } from '../child/child.ts';
import { pinnedArgv } from '../child/pin.ts';
import { startSupervised } from '../child/supervised.ts';
import { stampNow } from '../endpoint/host.ts';
import { type BenchClient, sumCounts, sumReopened, sumStrays } from '../load/bench-client.ts';
import type { Pacer } from '../load/pacer.ts';
import type { Phase, RepeatedCalls } from '../load/phase.ts';
import { runPhase } from '../load/run-phase.ts';
import type { StrayCounts } from '../mcp/client.ts';
import { fillerSource } from '../mcp/payload.ts';
import type { PeerCounts } from '../mcp/peer.ts';
import type { Clock } from '../measure/clock.ts';
import { ProcessMeter, type ProcessReading } from '../measure/process-meter.ts';
import { readTrees } from '../measure/process-tree.ts';
import { Recorder } from '../measure/recorder.ts';
import { type NetworkProfile, NETWORKS } from '../scenario/network.ts';
import type { Pacing } from '../scenario/pacing.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { loadSdk } from '../sdk/package.ts';
import type { ServerPipes, WireCounts } from '../transports/contract.ts';
import { loadTransport } from '../transports/discover.ts';
import { type Bytes, type Nanoseconds, bytes, minus, nanoseconds, toMilliseconds } from '../units.ts';
import type { DriverCommands, DriverReading, RunOrder } from './commands.ts';
import { type Connected, type ConnectorOptions, closeClients, openClients } from './connect.ts';
import { collectAlone, yieldHelpers } from './helper-threads.ts';
import { probeHandlers } from './probe.ts';

/** How long events may stay on their way after the last was sent. */
const DRAIN_LIMIT_MS = 2_000;
/** The wire is quiet when nothing has crossed it for this long, and for a round trip of the network that it crosses. */
const QUIET_MS = 4;
const QUIET_LIMIT_MS = 500;

interface Opened {
  readonly scenario: Scenario;
  readonly connected: readonly Connected[];
  readonly repeated: RepeatedCalls;
}

/** The phase in hand, and the counters as they stood before it. */
interface Running {
  readonly order: RunOrder;
  readonly recorder: Recorder;
  /** Of the phase, once it is over. */
  readonly lengthNs: Nanoseconds;
  readonly wire: WireCounts;
  readonly counts: PeerCounts;
  readonly strays: StrayCounts;
  readonly sessionsReopened: number;
  readonly process: ProcessReading;
}

/** Starts the server of one client, on a core and from another build if these are named, for transports where clients do. */
export type LaunchServer = (
  index: number,
  cpu: number | undefined,
  home: ChildHome | undefined,
) => Promise<ServerPipes>;

export function driverHandlers(
  clock: Clock,
  pacerFor: (pacing: Pacing) => Pacer,
  launch: LaunchServer,
): Handlers<DriverCommands> {
  const meter = new ProcessMeter();
  let options: ConnectorOptions | undefined;
  let filler: ((size: Bytes) => string) | undefined;
  let opened: Opened | undefined;
  let running: Running | undefined;
  let aborter = new AbortController();
  /** Undone once a phase, or the clients, are over. */
  let endYielding = (): Promise<void> => Promise.resolve();
  /** Somebody else's servers that clients have started and that are there. */
  const foreign = new Set<number>();
  const started = (): ConnectorOptions => {
    if (options === undefined) throw new Error('the driver has not been started');
    return options;
  };
  const openedNow = (): Opened => {
    if (opened === undefined) throw new Error('no scenario was opened');
    return opened;
  };
  return {
    start: async (body) => {
      collectAlone();
      const { target, endpointCpu, endpointHome } = body;
      const launchServer = async (index: number): Promise<ServerPipes> => {
        if (target?.argv === undefined) return launch(index, endpointCpu, endpointHome);
        const env = padding(target.padBytes);
        const server = await startSupervised(pinnedArgv(target.argv, endpointCpu), { cwd: target.cwd, env });
        foreign.add(server.pid);
        void server.gone.then(() => foreign.delete(server.pid));
        return server;
      };
      const transport = await loadTransport(body.variant.transport);
      const sdk = body.variant.client === 'sdk' ? await loadSdk() : undefined;
      options = { ...body, clock, launchServer, transport, sdk };
      filler = fillerSource(body.seed);
      return undefined;
    },
    clock: () => stampNow(clock),
    open: async (order) => {
      const connector = { ...started(), templates: new Map() };
      opened = { scenario: order.scenario, connected: await openClients(connector, order), repeated: new Map() };
      return undefined;
    },
    prepare: (order) => {
      const { scenario, connected } = openedNow();
      aborter = new AbortController();
      const clients = connected.map(({ client }) => client);
      running = {
        order,
        recorder: recorderFor(order, scenario, clients),
        lengthNs: nanoseconds(0),
        wire: sumWire(connected),
        counts: sumCounts(clients),
        strays: sumStrays(clients),
        sessionsReopened: sumReopened(clients),
        process: meter.begin(),
      };
      return undefined;
    },
    run: async () => {
      const { scenario, connected, repeated } = openedNow();
      if (running === undefined || filler === undefined) throw new Error('no phase was prepared');
      const { order, recorder } = running;
      const phase: Phase = {
        ...order,
        scenario,
        clients: connected.map(({ client }) => client),
        recorder,
        clock,
        pacer: pacerFor(order.pacing),
        filler,
        foreignCall: options?.target?.call,
        repeated,
        signal: aborter.signal,
      };
      const report = await runPhase(phase);
      running = { ...running, lengthNs: report.lengthNs };
      return report;
    },
    collect: async (published) => {
      if (opened === undefined || running === undefined) throw new Error('no phase was run');
      await drain(running.recorder, published.published);
      await quiet(opened.connected, started().variant.network);
      const reading = read(running, opened.connected, published, meter);
      await endYielding();
      // By now the code is compiled; a thread that spins in the window should not have to wait for the compiler's.
      if (running.order.kind === 'warmup' && spinsAtTimes(running.order, opened.scenario))
        endYielding = await yieldHelpers();
      return reading;
    },
    servers: () => readTrees([...foreign]) ?? null,
    release: async () => {
      const { connected } = opened ?? { connected: [] };
      opened = undefined;
      running = undefined;
      await endYielding();
      await closeClients(connected);
      return undefined;
    },
    abort: () => {
      aborter.abort();
      return undefined;
    },
    ...probeHandlers(started),
  };
}

/** Arrivals a second above which a spinning thread hardly sleeps, so that what yields to it would never run. */
const SPARSE_PER_SEC = 1_500;

const spinsAtTimes = ({ pacing, share }: RunOrder, { load }: Scenario): boolean =>
  pacing === 'spin' &&
  (load.kind === 'open' || load.kind === 'sessions') &&
  load.ratePerSec / (share?.drivers ?? 1) <= SPARSE_PER_SEC;

function recorderFor(order: RunOrder, scenario: Scenario, clients: readonly BenchClient[]): Recorder {
  const { timeNs } = order.kind === 'window' ? scenario.window : scenario.warmup;
  const { startNs, run } = order;
  const recorder = new Recorder({ startNs, durationNs: timeNs, run, audiences: scenario.publish });
  for (const client of clients) client.recordTo(recorder);
  return recorder;
}

/** Waits until every event that was sent has arrived, or has had time enough. */
async function drain(recorder: Recorder, published: number): Promise<void> {
  for (let waitedMs = 0; recorder.deliveredEvents < published && waitedMs < DRAIN_LIMIT_MS; waitedMs += QUIET_MS)
    await pause(QUIET_MS);
}

/** Waits until nothing crosses the sockets any more, so that both ends' counters speak of the same messages. */
async function quiet(connected: readonly Connected[], network: NetworkProfile): Promise<void> {
  let before = sumWire(connected);
  const silenceMs = QUIET_MS + toMilliseconds(NETWORKS[network].roundTripNs);
  for (let waitedMs = 0; waitedMs < QUIET_LIMIT_MS; waitedMs += silenceMs) {
    await pause(silenceMs);
    const after = sumWire(connected);
    if (after.upBytes === before.upBytes && after.downBytes === before.downBytes) return;
    before = after;
  }
}

function read(
  running: Running,
  connected: readonly Connected[],
  { published, events }: DriverCommands['collect']['body'],
  meter: ProcessMeter,
): DriverReading {
  const clients = connected.map(({ client }) => client);
  const wire = sumWire(connected);
  const counts = sumCounts(clients);
  const strays = sumStrays(clients);
  const newStrays = {
    misrouted: strays.misrouted - running.strays.misrouted,
    duplicated: strays.duplicated - running.strays.duplicated,
    unreadable: strays.unreadable - running.strays.unreadable,
  };
  const recorded = running.recorder.finish(published, newStrays, events);
  return {
    ...recorded,
    elapsedNs: nanoseconds(Math.max(running.lengthNs, minus(recorded.lastCompletedNs, running.order.startNs))),
    wire: {
      upBytes: bytes(wire.upBytes - running.wire.upBytes),
      downBytes: bytes(wire.downBytes - running.wire.downBytes),
    },
    payloadUp: minusKnown(counts.payloadUp, running.counts.payloadUp),
    payloadDown: minusKnown(counts.payloadDown, running.counts.payloadDown),
    messagesUp: counts.messagesUp - running.counts.messagesUp,
    messagesDown: counts.messagesDown - running.counts.messagesDown,
    sessionsReopened: sumReopened(clients) - running.sessionsReopened,
    openSockets: connected.flatMap(({ channel }) => channel.sockets()).filter((socket) => socket.open).length,
    clients: connected.length,
    lostBecause: clients.find((client) => client.lostBecause !== undefined)?.lostBecause,
    process: meter.since(running.process),
  };
}

const minusKnown = (now: number | undefined, before: number | undefined): number | undefined =>
  now === undefined || before === undefined ? undefined : now - before;

function sumWire(connected: readonly Connected[]): WireCounts {
  let up = 0;
  let down = 0;
  for (const { channel } of connected) {
    const wire = channel.wire();
    up += wire.upBytes;
    down += wire.downBytes;
  }
  return { upBytes: bytes(up), downBytes: bytes(down) };
}
