/** From the server's writes to the recorder's books, on a clock that moves only when something takes time. */
import { describe, expect, test } from 'vitest';
import type { Measurement } from '../result/record.ts';
import { McpClient } from '../mcp/client.ts';
import type { EncodedMessage } from '../mcp/contract.ts';
import { topicUri } from '../mcp/events.ts';
import { BenchServer } from '../mcp/server.ts';
import { ManualClock } from '../measure/clock.ts';
import { decodeHistogram } from '../measure/histogram.ts';
import { type Recorded, Recorder } from '../measure/recorder.ts';
import { bytes, milliseconds, type Nanoseconds, nanoseconds, plus } from '../units.ts';
import { BenchClient } from './bench-client.ts';

const TOPIC = 'feed';
const NO_STRAYS = { misrouted: 0, duplicated: 0, unreadable: 0 };

interface Wire {
  /** How long the endpoint takes between two writes. */
  readonly pauseNs: Nanoseconds;
  /** Whether a write gets lost. */
  readonly loses?: (client: number, event: number) => boolean;
}

/** So many clients subscribe to a server that writes one after the other; so many events are published. */
async function fanOut(clients: number, events: number, { pauseNs, loses = () => false }: Wire): Promise<Recorded> {
  const turned = new ManualClock();
  let lateNs = 0;
  const clock = { now: () => plus(turned.now(), nanoseconds(lateNs)), at: turned.at.bind(turned) };
  const server = new BenchServer({ clock, seed: 3, die: () => undefined, era: 'handshake' });
  const recorder = new Recorder({
    startNs: clock.now(),
    durationNs: undefined,
    run: 2,
    audiences: [{ topic: TOPIC, subscribers: clients }],
  });
  let event = 0;
  for (let index = 0; index < clients; index += 1) {
    const client = new BenchClient(
      index,
      (self) =>
        new McpClient({
          clock,
          timeoutNs: milliseconds(1_000),
          onNotification: (method, params, receivedNs) => self.onNotification(method, params, receivedNs),
          onClosed: () => undefined,
        }),
    );
    const session = server.openSession((message: EncodedMessage) => {
      if (message.id !== undefined) {
        client.mcp.onMessage(message.text, message.size);
        return;
      }
      lateNs += pauseNs;
      if (!loses(index, event)) client.mcp.onMessage(message.text, message.size);
    });
    client.mcp.attach({
      send: (message) => {
        const reception = session.receive(message.text);
        if (reception.understood) reception.proceed();
      },
      cancel: () => true,
      negotiated: () => undefined,
    });
    client.recordTo(recorder);
    await client.mcp.open('2025-11-25');
    await client.mcp.subscribe([topicUri(TOPIC)]);
  }
  for (; event < events; event += 1) {
    await turned.advanceTo(plus(turned.now(), milliseconds(1_000)));
    server.publish({ topic: TOPIC, run: 2, sequence: event, dueNs: clock.now() }, bytes(64));
  }
  return recorder.finish(events * clients, NO_STRAYS, [events]);
}

const medianMs = (distribution: Measurement['delivery']): number =>
  Math.round((decodeHistogram(distribution).valueAtQuantile(0.5) ?? 0) / 1e5) / 10;

describe('a publication on its way to all', () => {
  test('an endpoint that pauses for 5 ms between its writes is seen to: in the spread, and in nothing that it did not delay', async () => {
    const paused = await fanOut(5, 20, { pauseNs: milliseconds(5) });
    const { first, median, last, spread } = paused.fanOut!;
    expect([first, median, last, spread].map(medianMs)).toEqual([5, 15, 25, 20]);
    const prompt = await fanOut(5, 20, { pauseNs: nanoseconds(0) });
    expect(prompt.fanOut!.spread).toMatchObject({ count: 20, maxNs: 0 });
  });

  test('its deliveries, summed over events and receivers, are those of the books', async () => {
    const whole = await fanOut(7, 30, { pauseNs: nanoseconds(0) });
    expect(whole.notifications).toMatchObject({ published: 210, delivered: 210, lost: 0 });
    expect(whole.fanOut).toMatchObject({ events: 30, complete: 30, incomplete: 0, deliveries: 210 });
  });

  test('an event that one receiver lacks is incomplete, and none is left out', async () => {
    const loses = (client: number, event: number): boolean => client === 6 && event % 10 === 0;
    const { notifications, fanOut: seen } = await fanOut(7, 30, { pauseNs: nanoseconds(0), loses });
    expect(notifications).toMatchObject({ published: 210, delivered: 207, lost: 3 });
    expect(seen).toMatchObject({ events: 30, complete: 27, incomplete: 3, deliveries: 207 });
    expect(seen!.first.count).toBe(30);
    expect(seen!.last.count).toBe(27);
  });
});
