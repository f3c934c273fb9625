/** Published events: `notifications/resources/updated` ([spec] in every revision), with what the bench must know of each in `_meta`. */
import { type Nanoseconds, bytes, nanoseconds } from '../units.ts';
import type { EncodedMessage } from './contract.ts';
import { subscriptionMeta } from './envelope.ts';
import { type JsonObject, type RequestId, encodeNotification, isObject } from './jsonrpc.ts';

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

const META_OPENS = '"_meta":{';

/** What a subscription's events carry beyond the event itself, ready to be put into its text. */
export interface SubscriptionMark {
  readonly text: string;
  readonly size: number;
}

export function markOf(subscription: RequestId): SubscriptionMark {
  const text = `${JSON.stringify(subscriptionMeta(subscription)).slice(1, -1)},`;
  return { text, size: Buffer.byteLength(text) };
}

/** One publication: serialised once, whoever gets it. */
export class PublishedEvent {
  /** For those who subscribed by `resources/subscribe`. */
  readonly plain: EncodedMessage;
  readonly #head: string;
  readonly #tail: string;

  constructor(plain: EncodedMessage) {
    this.plain = plain;
    // Nothing in a JSON string looks like this: its quotation marks would be escaped.
    const inMeta = plain.text.indexOf(META_OPENS) + META_OPENS.length;
    this.#head = plain.text.slice(0, inMeta);
    this.#tail = plain.text.slice(inMeta);
  }

  /** [spec] subscriptions: every notification of one carries its id. */
  marked(mark: SubscriptionMark): EncodedMessage {
    const { plain } = this;
    return { ...plain, text: this.#head + mark.text + this.#tail, size: bytes(plain.size + mark.size) };
  }
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
