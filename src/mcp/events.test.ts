import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nanoseconds } from '../units.ts';
import { EVENT_METHOD, PublishedEvent, encodeEvent, isTopicUri, markOf, readEvent, topicUri } from './events.ts';
import { decode, encodeNotification, type JsonObject } from './jsonrpc.ts';

const stamps = fc.record({
  run: fc.integer({ min: 1, max: 9 }),
  sequence: fc.nat({ max: 99_999_999 }),
  dueNs: fc.maxSafeInteger().map((value) => nanoseconds(Math.abs(value))),
  emittedNs: fc.maxSafeInteger().map((value) => nanoseconds(Math.abs(value))),
});

function paramsOf(text: string): JsonObject {
  const message = decode(text);
  if (message.kind !== 'notification' || message.method !== EVENT_METHOD) throw new Error(`not an event: ${text}`);
  return message.params;
}

test('a stamp is read back from its event', () => {
  fc.assert(
    fc.property(stamps, fc.string({ minLength: 1 }), fc.string(), (stamp, topic, filler) => {
      const event = encodeEvent({ ...stamp, topic }, filler);
      expect(readEvent(paramsOf(event.text))).toEqual({ ...stamp, topic });
    }),
  );
});

test('every event of a topic has the same size, whatever its numbers', () => {
  const sizeOf = (stamp: Parameters<typeof encodeEvent>[0]): number => encodeEvent(stamp, 'filler').size;
  const first = { topic: 'feed', run: 1, sequence: 0, dueNs: nanoseconds(0), emittedNs: nanoseconds(0) };
  fc.assert(
    fc.property(stamps, (stamp) => {
      expect(sizeOf({ ...stamp, topic: 'feed' })).toBe(sizeOf(first));
    }),
  );
});

test('an instant between two nanoseconds is rounded, not written with a point', () => {
  const event = encodeEvent(
    { topic: 'feed', run: 1, sequence: 3, dueNs: nanoseconds(1234.6), emittedNs: nanoseconds(2000) },
    '',
  );
  expect(readEvent(paramsOf(event.text))).toMatchObject({ dueNs: 1235, emittedNs: 2000 });
});

test('an event that this bench did not publish has no stamp', () => {
  const meta = { 'bench/run': 1, 'bench/sequence': '00000001', 'bench/due': '1', 'bench/emitted': '2' };
  const others: JsonObject[] = [
    {},
    { uri: 'file:///etc/hosts', _meta: meta },
    { uri: topicUri('feed') },
    { uri: topicUri('feed'), _meta: {} },
    { uri: topicUri('feed'), _meta: 'text' },
    { uri: topicUri(''), _meta: meta },
    { uri: topicUri('feed'), _meta: { ...meta, 'bench/sequence': '-1' } },
    { uri: topicUri('feed'), _meta: { ...meta, 'bench/run': 'one' } },
  ];
  for (const params of others) expect(readEvent(params)).toBeUndefined();
  expect(readEvent({ uri: topicUri('feed'), _meta: meta })).toBeDefined();
});

test('a topic has a URI of its own', () => {
  expect(isTopicUri(topicUri('feed'))).toBe(true);
  expect(isTopicUri('bench://topic/')).toBe(false);
  expect(isTopicUri('other://topic/feed')).toBe(false);
});

test('a subscription’s id is put into the text as JSON.stringify would have written it there', () => {
  const ids = fc.oneof(fc.integer(), fc.string({ unit: 'binary' }));
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('"_meta":{'), fc.constant('"params":{"_meta":{}}'));
  fc.assert(
    fc.property(stamps, texts, texts, ids, (stamp, topic, filler, id) => {
      const plain = encodeEvent({ ...stamp, topic: `t${topic}` }, filler);
      const marked = new PublishedEvent(plain).marked(markOf(id));
      const { _meta: meta, ...params } = paramsOf(plain.text);
      const written = encodeNotification(EVENT_METHOD, {
        ...params,
        _meta: { 'io.modelcontextprotocol/subscriptionId': id, ...(meta as JsonObject) },
      });
      expect(marked).toEqual(written);
    }),
  );
});
