/** What the endpoint's process can be asked. */
import type { EventStamp } from '../mcp/events.ts';
import type { MemoryReading } from '../measure/memory.ts';
import type { ProcessUse } from '../measure/process-meter.ts';
import type { Publication, Stall } from '../scenario/scenario.ts';
import type {
  EndpointOptions,
  EndpointSeen,
  EndpointSettings,
  SocketReport,
  WireCounts,
} from '../transports/contract.ts';
import type { Bytes, Nanoseconds } from '../units.ts';

export type EndpointCommands = {
  start: {
    body: Pick<
      EndpointOptions,
      'variant' | 'maxMessageBytes' | 'heartbeatMs' | 'hintsProxies' | 'resumable' | 'recovery'
    > & {
      readonly seed: number;
      /** Whether a mirror stands before it, and answers what it has seen answered. */
      readonly isMirrored?: boolean | undefined;
    };
    reply: { readonly address: string; readonly certificate: string | undefined };
  };
  /** Instants of this process's clock: taken when the question came, and when the answer left. */
  clock: { body: undefined; reply: ClockStamp };
  /** Publishes by calendar; answers when the last event has gone out. */
  publish: { body: PublishOrder; reply: PublishReport };
  /** Publishes one event, for who keeps a calendar of their own; answers when it has been handed to the transport. */
  emit: { body: EmitOrder; reply: undefined };
  /** Cuts a running publication short. */
  stopPublishing: { body: undefined; reply: undefined };
  /** Begins a window: counters are read from here. */
  begin: { body: { readonly stall: Stall | undefined; readonly startNs: Nanoseconds }; reply: undefined };
  /** What happened since `begin`. */
  read: { body: undefined; reply: EndpointReading };
  /** Collects garbage, before and after a rest of so long, and then looks at the process's memory. */
  memory: { body: { readonly restNs: Nanoseconds }; reply: MemoryReading };
  /** Closes connections that only wait for a further request, as time would. */
  closeIdle: { body: undefined; reply: undefined };
  sockets: {
    body: undefined;
    reply: {
      readonly sockets: readonly SocketReport[];
      readonly settings: EndpointSettings;
      readonly seen: EndpointSeen;
      readonly process: ProcessFacts;
    };
  };
};

export interface ClockStamp {
  readonly receivedNs: number;
  readonly sentNs: number;
  readonly namespace: string | undefined;
}

export interface PublishOrder {
  readonly run: number;
  /** `null` in the place of one that this server has no listener for: a publication's place decides on its calendar. */
  readonly publications: readonly (Publication | null)[];
  readonly seed: number;
  readonly startNs: Nanoseconds;
  readonly durationNs: Nanoseconds;
}

export interface EmitOrder {
  readonly event: Omit<EventStamp, 'emittedNs'>;
  readonly payloadBytes: Bytes;
}

export interface PublishReport {
  /** Events times the listeners they were meant for, over all topics. */
  readonly published: number;
  /** Events, publication by publication, however many listeners each was meant for. */
  readonly events: readonly number[];
  /** The calendar's latest: emitted − due. */
  readonly latestNs: Nanoseconds;
}

export interface EndpointReading {
  readonly wire: WireCounts;
  readonly payloadUp: number;
  readonly payloadDown: number;
  readonly messagesUp: number;
  readonly messagesDown: number;
  readonly openSockets: number;
  readonly process: ProcessUse;
}

/** What must be equal for both arms of a comparison. */
export interface ProcessFacts {
  readonly node: string;
  readonly flags: readonly string[];
  readonly environment: string;
}
