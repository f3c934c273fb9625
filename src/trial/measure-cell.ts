/** One cell in one trial: connect, warm up, measure between two quiet edges, close. */
import type { DriverReading, RunReply } from '../driver/commands.ts';
import { processorUs } from '../measure/process-meter.ts';
import { achievedPerSec } from '../measure/rates.ts';
import type { EndpointReading, PublishReport } from '../endpoint/commands.ts';
import type { ByteBooks } from '../measure/books.ts';
import type { ClockCheck } from '../measure/clock-check.ts';
import type { Clock } from '../measure/clock.ts';
import { type MachineReading, machineUse, readMachine } from '../measure/machine-meter.ts';
import { type OutsideUse, useBetween } from '../measure/process-tree.ts';
import type { HiccupMeter, Hiccups } from '../measure/hiccup-meter.ts';
import type { MachineUse, Measurement, RelayCheck, RelayLateness, Team, WarmupReport } from '../result/record.ts';
import { repeatsOf } from '../scenario/calendar-length.ts';
import type { Pacing } from '../scenario/pacing.ts';
import { derivedSeed } from '../scenario/random.ts';
import type { Cell, Extent, Scenario } from '../scenario/scenario.ts';
import { type Nanoseconds, NS_PER_S, bytes, minus, nanoseconds, plus, seconds } from '../units.ts';
import { doubtsOf } from '../doubts/doubts-of.ts';
import { PROMPT_NS, type TrialProcesses } from './processes.ts';

/** What a phase may take beyond its own time, its timeouts and its connections. */
const SLACK_NS = seconds(20);

export interface CellContext {
  readonly processes: TrialProcesses;
  readonly clock: Clock;
  readonly clockCheck: ClockCheck;
  readonly hiccups: HiccupMeter;
  /** Of the relay between the two, once it delays. */
  readonly relayCheck?: RelayCheck | undefined;
  readonly seed: number;
  /** By what the calendar of a scenario is kept. */
  readonly pacingOf: (scenario: Scenario) => Pacing;
  /** Calls a second that the driver can make in the cell; absent where nobody measured. */
  readonly ceilingOf?: ((cellId: string) => number | undefined) | undefined;
}

/** Measures the cell. Rejects when a process dies or does not answer; what clients suffer is in the books instead. */
export async function measureCell(cell: Cell, context: CellContext): Promise<Measurement> {
  const { driver, openLimit } = context.processes;
  await driver.ask('open', { scenario: cell.scenario }, openLimit(cell.scenario.clients));
  const warm = await runPhase('warmup', cell.scenario, context);
  const measured = await runPhase('window', cell.scenario, context);
  await driver.ask('release', undefined, PROMPT_NS);
  return assemble(cell, context, warm, measured);
}

/** The first thing that fresh processes do. All of it is discarded. */
export async function warmUpProcesses(scenario: Scenario, context: CellContext): Promise<void> {
  const { driver, openLimit } = context.processes;
  await driver.ask('open', { scenario }, openLimit(scenario.clients));
  await runPhase('warmup', scenario, context);
  await driver.ask('release', undefined, PROMPT_NS);
}

interface PhaseResult {
  readonly run: RunReply;
  readonly published: PublishReport;
  readonly driver: DriverReading;
  /** `null` where the server is somebody else's: what it counts is its own. */
  readonly endpoint: EndpointReading | null;
  /** Of somebody else's server that was started for the run; `undefined` where that is not known. */
  readonly server: OutsideUse | undefined;
  readonly hiccups: Hiccups;
  readonly relay: RelayLateness | undefined;
  readonly machine: MachineUse | undefined;
}

/** The warm-up's events carry 1, the window's 2: an event that comes late is not taken for the other's. */
const RUN_NUMBER = { warmup: 1, window: 2 } as const;

async function runPhase(kind: 'warmup' | 'window', scenario: Scenario, context: CellContext): Promise<PhaseResult> {
  const { processes, clock, hiccups } = context;
  const { driver, askEndpoint } = processes;
  const run = RUN_NUMBER[kind];
  const machine = kind === 'window' ? machineSince(context) : undefined;
  const extent = kind === 'warmup' ? scenario.warmup : scenario.window;
  const limitNs = phaseLimit(extent, scenario);
  // Before anything is due: looking takes time.
  const serverBefore = await processes.readServer?.();
  const startNs = plus(clock.now(), processes.lead(scenario.clients));
  const pacing = context.pacingOf(scenario);
  await driver.ask(
    'prepare',
    { kind, startNs, run, seed: derivedSeed(context.seed, `load ${kind}`), pacing },
    PROMPT_NS,
  );
  await askEndpoint?.('begin', { stall: kind === 'window' ? scenario.stall : undefined, startNs }, PROMPT_NS);
  hiccups.take();
  // A warm-up that waits for calls as well may outlast its time; its publications then end with it.
  const durationNs = kind === 'warmup' && extent.calls !== undefined ? limitNs : (extent.timeNs ?? limitNs);
  const publishing = askEndpoint?.(
    'publish',
    { run, publications: scenario.publish, seed: derivedSeed(context.seed, `publish ${kind}`), startNs, durationNs },
    limitNs,
  );
  const running = driver.ask('run', undefined, limitNs).then(async (reply) => {
    // A phase that ends with a number of calls ends its publications with it.
    if (extent.calls !== undefined) await askEndpoint?.('stopPublishing', undefined, PROMPT_NS);
    return reply;
  });
  const [published = NOTHING_PUBLISHED, runReply] = await Promise.all([publishing, running]);
  const { events } = published;
  const reading = await driver.ask('collect', { published: published.published, events }, PROMPT_NS);
  const endpoint = (await askEndpoint?.('read', undefined, PROMPT_NS)) ?? null;
  const serverAfter = await processes.readServer?.();
  const server = serverBefore && serverAfter && useBetween(serverBefore, serverAfter);
  const relay = await processes.relay?.read();
  return {
    run: runReply,
    published,
    driver: reading,
    endpoint,
    server,
    hiccups: hiccups.take(),
    relay,
    machine: machine?.(),
  };
}

/** What the machine does besides from now on, once it is asked for. */
function machineSince({ clock, processes }: CellContext): () => MachineUse | undefined {
  const begin: MachineReading = readMachine();
  const beganNs = clock.now();
  return () => {
    const elapsedNs = minus(clock.now(), beganNs);
    const use = machineUse(begin, readMachine(), elapsedNs);
    // A server that runs already is nobody's child here: its work cannot be told from that of others.
    return use === undefined || processes.allOurs ? use : { ...use, othersCores: null };
  };
}

const NOTHING_PUBLISHED: PublishReport = { published: 0, events: [], latestNs: nanoseconds(0) };

/** No phase is waited for longer than this. */
function phaseLimit(extent: Extent, scenario: Scenario): Nanoseconds {
  const timeNs = extent.timeNs ?? (extent.calls ?? 0) * scenario.timeoutNs;
  const thinking = scenario.scripts
    .flatMap((script) => script.steps)
    .reduce((sum, step) => sum + (step.kind === 'think' ? step.thinkNs : 0), 0);
  const script = scenario.scripts.reduce((most, { steps }) => Math.max(most, steps.length), 0);
  return nanoseconds(
    Math.min(
      timeNs * 10 + repeatsOf(scenario.load) * (script * scenario.timeoutNs + thinking) + SLACK_NS,
      2 * 3_600 * NS_PER_S,
    ),
  );
}

function assemble(cell: Cell, context: CellContext, warm: PhaseResult, measured: PhaseResult): Measurement {
  const { driver, server, run, hiccups, relay, machine } = measured;
  const { team } = driver;
  const endpoint = measured.endpoint && withoutProbe(measured.endpoint, team?.probe);
  const { openSockets, scripts, elapsedNs, process: driverUse } = driver;
  const measurement: Omit<Measurement, 'doubts'> = {
    cellId: cell.id,
    elapsedNs,
    warmup: warmupReport(warm),
    calls: driver.calls,
    notifications: driver.notifications,
    progress: driver.progress,
    offeredPerSec: run.offeredPerSec,
    achievedPerSec: achievedRate(scripts, driver, cell.scenario, run),
    responseTime: driver.responseTime,
    serviceTime: driver.serviceTime,
    sendLag: driver.sendLag,
    scriptTime: driver.scriptTime,
    delivery: driver.delivery,
    deliveryFromDue: driver.deliveryFromDue,
    fanOut: driver.fanOut,
    partMedians: driver.partMedians,
    bytes: byteBooks(driver, endpoint, context.processes.apart),
    sockets: openSockets,
    clients: driver.clients,
    within100ms: driver.within100ms,
    endpoint: context.processes.apart ? (endpoint?.process ?? server ?? null) : null,
    driver: driverUse,
    hiccups,
    ...(run.kept === undefined ? {} : { arrivals: run.kept }),
    ...(machine === undefined ? {} : { machine }),
    ...(relay === undefined ? {} : { relay }),
    ...(team === undefined ? {} : { team: teamOf(team) }),
  };
  const doubts = doubtsOf(measurement, {
    clock: context.clockCheck,
    openAtEndpoint: endpoint,
    latestPublicationNs: measured.published.latestNs,
    sessionsReopened: driver.sessionsReopened,
    lostBecause: driver.lostBecause,
    relayCheck: context.relayCheck,
    ceilingPerSec: context.ceilingOf?.(cell.id),
  });
  return { ...measurement, doubts };
}

/** What the endpoint counted but for the probe's messages: then both ends speak of the same calls. Its processor time cannot be told apart. */
function withoutProbe(endpoint: EndpointReading, probe: DriverReading | undefined): EndpointReading {
  if (probe === undefined) return endpoint;
  return {
    ...endpoint,
    wire: {
      upBytes: bytes(endpoint.wire.upBytes - probe.wire.upBytes),
      downBytes: bytes(endpoint.wire.downBytes - probe.wire.downBytes),
    },
    payloadUp: endpoint.payloadUp - (probe.payloadUp ?? 0),
    payloadDown: endpoint.payloadDown - (probe.payloadDown ?? 0),
    messagesUp: endpoint.messagesUp - probe.messagesUp,
    messagesDown: endpoint.messagesDown - probe.messagesDown,
    openSockets: endpoint.openSockets - probe.openSockets,
  };
}

const teamOf = ({ drivers, probe }: NonNullable<DriverReading['team']>): Team => ({
  drivers: drivers.map(({ clients, calls, serviceTime, process }) => ({
    clients,
    calls,
    serviceTime,
    cpuUs: processorUs(process),
    utilisation: process.utilisation,
  })),
  probe: { calls: probe.calls, serviceTime: probe.serviceTime },
});

const warmupReport = ({ driver }: PhaseResult): WarmupReport => ({
  elapsedNs: driver.elapsedNs,
  discardedCalls: driver.calls.due,
  discardedNotifications: driver.notifications.delivered,
});

function achievedRate(scripts: number, driver: DriverReading, scenario: Scenario, run: RunReply): number {
  const quickest = driver.scriptTime.count > 0 ? driver.scriptTime : driver.responseTime;
  const calendar = { lengthNs: run.lengthNs, quickestNs: nanoseconds(repeatsOf(scenario.load) * quickest.minNs) };
  return achievedPerSec({
    scripts,
    elapsedNs: driver.elapsedNs,
    calendar: run.offeredPerSec === null ? null : calendar,
  });
}

function byteBooks(driver: DriverReading, endpoint: EndpointReading | null, wired: boolean): ByteBooks {
  return {
    wireUp: wired ? (endpoint?.wire.upBytes ?? null) : null,
    wireDown: wired ? (endpoint?.wire.downBytes ?? null) : null,
    driverWireUp: wired ? driver.wire.upBytes : null,
    driverWireDown: wired ? driver.wire.downBytes : null,
    // A client that never sees the text cannot count it; the messages that both ends count are the same ones.
    payloadUp: bytes(driver.payloadUp ?? endpoint?.payloadUp ?? 0),
    payloadDown: bytes(driver.payloadDown ?? endpoint?.payloadDown ?? 0),
    messagesUp: driver.messagesUp,
    messagesDown: driver.messagesDown,
  };
}
