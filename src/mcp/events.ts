/** Published events: `notifications/resources/updated` ([spec] in every revision), with what the bench must know of each in `_meta`. */
import { type Nanoseconds, nanoseconds } from '../units.ts';
import type { EncodedMessage } from './contract.ts';
import { type JsonObject, encodeNotification, isObject } from './jsonrpc.ts';

export const EVENT_METHOD = 'notifications/resources/updated';
const TOPIC_PREFIX = 'bench://topic/';

/** What each event says of itself. */
export interface EventStamp {
  readonly topic: string;
  /** Tells the window's events from the warm-up's. */
  readonly run: number;
  /** From 0, without gaps within a topic and run. */
  readonly sequence: number;
  /** When the endpoint's calendar called for it. */
  readonly dueNs: Nanoseconds;
  /** When it was handed to the transport. */
  readonly emittedNs: Nanoseconds;
}

export const topicUri = (topic: string): string => TOPIC_PREFIX + topic;
export const isTopicUri = (uri: string): boolean => uri.startsWith(TOPIC_PREFIX) && uri.length > TOPIC_PREFIX.length;

/** Numbers are padded to a constant width, so that every event of a topic has the same size. */
export function encodeEvent(stamp: EventStamp, filler: string): EncodedMessage {
  return encodeNotification(EVENT_METHOD, {
    uri: topicUri(stamp.topic),
    _meta: {
      'bench/run': stamp.run,
      'bench/sequence': String(stamp.sequence).padStart(8, '0'),
      'bench/due': String(Math.round(stamp.dueNs)).padStart(20, '0'),
      'bench/emitted': String(stamp.emittedNs).padStart(20, '0'),
      'bench/filler': filler,
    },
  });
}

/** Reads an event's stamp; `undefined` for an event that this bench did not publish. */
export function readEvent(params: JsonObject): EventStamp | undefined {
  const { uri, _meta: meta } = params as { uri?: unknown; _meta?: unknown };
  if (typeof uri !== 'string' || !isTopicUri(uri) || !isObject(meta)) return undefined;
  const stamp = {
    topic: uri.slice(TOPIC_PREFIX.length),
    run: Number(meta['bench/run']),
    sequence: Number(meta['bench/sequence']),
    dueNs: nanoseconds(Number(meta['bench/due'])),
    emittedNs: nanoseconds(Number(meta['bench/emitted'])),
  };
  return Number.isInteger(stamp.run) && Number.isInteger(stamp.sequence) && stamp.sequence >= 0 ? stamp : undefined;
}
