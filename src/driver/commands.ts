/** What the driver's process can be asked. */
import type { ChildHome } from '../child/child.ts';
import type { PhaseReport } from '../load/run-phase.ts';
import type { Recorded } from '../measure/recorder.ts';
import type { ProcessUse } from '../measure/process-meter.ts';
import type { TreeReading } from '../measure/process-tree.ts';
import type { JsonObject } from '../mcp/jsonrpc.ts';
import type { CalendarShare } from '../scenario/divide.ts';
import type { Pacing } from '../scenario/pacing.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Variant } from '../scenario/variant.ts';
import type { ClockStamp, ProcessFacts, PublishReport } from '../endpoint/commands.ts';
import type { Handshake, SocketReport, WireCounts } from '../transports/contract.ts';
import type { Bytes, Nanoseconds } from '../units.ts';

export type DriverCommands = {
  start: { body: DriverStart; reply: undefined };
  clock: { body: undefined; reply: ClockStamp };
  /** Opens the scenario's clients and subscribes those that listen. */
  open: { body: OpenOrder; reply: undefined };
  /** Opens the books of a phase: what is published from now on is in them, however late the order to run comes. */
  prepare: { body: RunOrder; reply: undefined };
  /** Runs the phase that was prepared to its last answer. */
  run: { body: undefined; reply: RunReply };
  /** Waits for events on their way, then for silence, and answers what was recorded. */
  collect: { body: Pick<PublishReport, 'published' | 'events'>; reply: DriverReading };
  /** What the servers that clients have started use up to now; `null` where there are none, or the system does not tell. */
  servers: { body: undefined; reply: TreeReading | null };
  /** Closes the scenario's clients. */
  release: { body: undefined; reply: undefined };
  /** Ends a running phase early. */
  abort: { body: undefined; reply: undefined };
  /** Opens one client and looks closely: step one, up to the first result. */
  probeConnect: { body: undefined; reply: ProbeConnect };
  /** Step two: calls while events flow. */
  probeCalls: { body: { readonly calls: number }; reply: ProbeCalls };
  /** Step three, when the endpoint has been looked at too: the client goes. */
  probeRelease: { body: undefined; reply: undefined };
};

export interface DriverStart {
  readonly variant: Variant;
  readonly address: string;
  /** PEM of the endpoint's certificate; `undefined` without TLS. */
  readonly certificate: string | undefined;
  readonly seed: number;
  readonly maxMessageBytes: Bytes;
  /** Where servers run that clients start; `undefined` leaves it to the scheduler. */
  readonly endpointCpu?: number | undefined;
  /** Whose code these servers run, where they are of the tool's own kind; absent for this program's. */
  readonly endpointHome?: ChildHome | undefined;
  /** Calls that each client makes first, and discards, to a server that it has started: such a server has compiled nothing yet. */
  readonly coldServerCalls: number;
  /** Whom the clients talk to, where it is not an endpoint of ours. */
  readonly target?: DriverTarget | undefined;
}

/** Somebody else's server, as the driver must know it. Comes over IPC and goes to the server, never into a reply. */
export interface DriverTarget {
  readonly headers: Readonly<Record<string, string>>;
  /** What each client starts for itself; `undefined` where there is an address to connect to. */
  readonly argv: readonly string[] | undefined;
  /** Where it works; absent: where the driver does. */
  readonly cwd?: string | undefined;
  /** See `ChildHome`. */
  readonly padBytes?: number | undefined;
  readonly call: { readonly tool: string; readonly args: JsonObject };
}

export interface OpenOrder {
  readonly scenario: Scenario;
  /** Number of the first of its clients among those of all drivers; 0 where it is alone. */
  readonly firstClient?: number | undefined;
  /** Whether its clients count their JSON-RPC bytes even if that costs. */
  readonly weighs?: boolean | undefined;
}

export interface RunOrder {
  readonly kind: 'warmup' | 'window';
  readonly startNs: Nanoseconds;
  /** Of the publications that belong to this phase. */
  readonly run: number;
  readonly seed: number;
  /** By what the calendar is kept, where there is one. */
  readonly pacing: Pacing;
  /** Of the calendar, where several drivers keep it together; absent for all of it. */
  readonly share?: CalendarShare | undefined;
}

export type RunReply = PhaseReport;

export interface DriverReading extends Recorded {
  readonly elapsedNs: Nanoseconds;
  readonly wire: WireCounts;
  /** JSON-RPC bytes; `undefined` for a client that never sees the text. */
  readonly payloadUp: number | undefined;
  readonly payloadDown: number | undefined;
  readonly messagesUp: number;
  readonly messagesDown: number;
  /** Sessions that the server ended and a client opened again. */
  readonly sessionsReopened: number;
  readonly openSockets: number;
  readonly clients: number;
  /** Why the first client that is gone is gone, be it since before the phase; `undefined` when all are there. */
  readonly lostBecause: string | undefined;
  readonly process: ProcessUse;
  /** Of several drivers that were asked as one: each by itself, and the probe, which is in none of the sums. */
  readonly team?: { readonly drivers: readonly DriverReading[]; readonly probe: DriverReading } | undefined;
}

export interface ProbeConnect {
  readonly handshake: Handshake;
  /** Hash of the answers to initialize and tools/list. */
  readonly surfaceHash: string;
  readonly timeToFirstResultNs: Nanoseconds;
  readonly bytesToFirstResult: number;
  readonly payloadUpBytes: number;
  readonly payloadDownBytes: number;
  readonly process: ProcessFacts;
}

export interface ProbeCalls {
  readonly sockets: readonly SocketReport[];
  readonly httpRequestsPerCall: number;
  readonly handshake: Handshake;
  readonly events: number;
}
