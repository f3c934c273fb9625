/** The endpoint as its process runs it: one bench server behind one transport, and the commands that steer and read it. */
import type { Handlers } from '../child/serve.ts';
import { eraOf } from '../mcp/revisions.ts';
import { BenchServer } from '../mcp/server.ts';
import { timeNamespace } from '../measure/clock-check.ts';
import { type Clock, until } from '../measure/clock.ts';
import { collectGarbage, readMemory } from '../measure/memory.ts';
import { inheritedFlags, ProcessMeter, type ProcessReading } from '../measure/process-meter.ts';
import type { Stall } from '../scenario/scenario.ts';
import type { Endpoint, OwnPipes, WireCounts } from '../transports/contract.ts';
import { loadTransport } from '../transports/discover.ts';
import { type Nanoseconds, bytes, plus } from '../units.ts';
import type { ClockStamp, EndpointCommands, EndpointReading, ProcessFacts } from './commands.ts';
import { mirrorBefore, mirrorOnPipes } from './mirror.ts';
import { runPublications } from './publisher.ts';

interface Running {
  readonly server: BenchServer;
  readonly endpoint: Endpoint;
}

interface Edge {
  readonly wire: WireCounts;
  readonly counts: BenchServer['counts'];
  readonly process: ProcessReading;
}

/** Builds the handlers of one endpoint process. `die` is what a client's `misbehave: die` does to it. */
export function endpointHandlers(clock: Clock, die: () => void): Handlers<EndpointCommands> {
  const meter = new ProcessMeter();
  let running: Running | undefined;
  let edge: Edge | undefined;
  let publishing = new AbortController();
  const started = (): Running => {
    if (running === undefined) throw new Error('the endpoint has not been started');
    return running;
  };
  const takeEdge = ({ server, endpoint }: Running): Edge => ({
    wire: endpoint.wire(),
    counts: { ...server.counts },
    process: meter.begin(),
  });
  return {
    start: async ({ seed, isMirrored = false, ...order }) => {
      const { variant } = order;
      const transport = await loadTransport(variant.transport);
      const server = new BenchServer({ clock, seed, die, era: eraOf(variant.protocol) });
      const own = transport.capabilities.has('client-spawns') ? ownPipes() : undefined;
      const pipes = own !== undefined && isMirrored ? await mirrorOnPipes(own) : own;
      const endpoint = await transport.startEndpoint({ ...order, server, pipes });
      running = { server, endpoint };
      const { certificate } = endpoint;
      const address = own === undefined && isMirrored ? await mirrorBefore(endpoint.address) : endpoint.address;
      return { address, certificate };
    },
    clock: () => stampNow(clock),
    publish: (order) => {
      publishing = new AbortController();
      const { server } = started();
      return runPublications(order, (event, payload) => void server.publish(event, payload), clock, publishing.signal);
    },
    emit: ({ event, payloadBytes }) => {
      started().server.publish(event, payloadBytes);
      return undefined;
    },
    stopPublishing: () => {
      publishing.abort();
      return undefined;
    },
    begin: ({ stall, startNs }) => {
      if (stall !== undefined) clock.at(plus(startNs, stall.atNs), () => standStill(clock, stall));
      edge = takeEdge(started());
      return undefined;
    },
    read: () => {
      if (edge === undefined) throw new Error('no window was begun');
      return readSince(edge, started(), meter);
    },
    memory: async ({ restNs }) => {
      collectGarbage();
      await until(clock, plus(clock.now(), restNs));
      collectGarbage();
      return readMemory();
    },
    closeIdle: () => {
      started().endpoint.closeIdle?.();
      return undefined;
    },
    sockets: () => {
      const { endpoint } = started();
      return {
        sockets: endpoint.sockets(),
        settings: endpoint.settings(),
        seen: endpoint.seen(),
        process: processFacts(),
      };
    },
  };
}

/** [spec] stdio, shutdown: a server exits when its standard input is closed; the transport then ends the output, or the client has. */
function ownPipes(): OwnPipes {
  const { stdin, stdout } = process;
  for (const over of ['finish', 'close']) stdout.once(over, () => process.exit(0));
  return { stdin, stdout };
}

/** The stamps of one clock exchange; nothing happens between the two but reading the clock. */
export function stampNow(clock: Clock): ClockStamp {
  const receivedNs = clock.now();
  return { receivedNs, namespace: timeNamespace(), sentNs: clock.now() };
}

export const processFacts = (): ProcessFacts => ({
  node: process.version,
  flags: [...process.execArgv, ...inheritedFlags()],
  environment: process.env['NODE_ENV'] ?? '',
});

/** Blocks the event loop, as a long computation or a collector would. */
function standStill(clock: Clock, stall: Stall): void {
  const until: Nanoseconds = plus(clock.now(), stall.forNs);
  const parent = process.ppid;
  // Nobody hears a question meanwhile, but an endpoint whose command is gone must not stand there for long.
  while (clock.now() < until) if (process.ppid !== parent) process.exit(0);
}

function readSince(edge: Edge, { server, endpoint }: Running, meter: ProcessMeter): EndpointReading {
  // First: looking at every socket takes time of its own, which is not the window's.
  const used = meter.since(edge.process);
  const wire = endpoint.wire();
  return {
    wire: { upBytes: bytes(wire.upBytes - edge.wire.upBytes), downBytes: bytes(wire.downBytes - edge.wire.downBytes) },
    payloadUp: server.counts.payloadUp - edge.counts.payloadUp,
    payloadDown: server.counts.payloadDown - edge.counts.payloadDown,
    messagesUp: server.counts.messagesUp - edge.counts.messagesUp,
    messagesDown: server.counts.messagesDown - edge.counts.messagesDown,
    openSockets: endpoint.sockets().filter((socket) => socket.open).length,
    process: used,
  };
}
