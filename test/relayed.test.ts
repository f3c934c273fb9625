/** Every way to speak over a socket, through a relay that delays: its sessions work, and what both ends count is what crossed it. */
import { expect, onTestFinished, test } from 'vitest';
import { topicUri } from '../src/mcp/events.ts';
import { monotonicClock } from '../src/measure/clock.ts';
import { timerAlarm } from '../src/network/alarm.ts';
import { DelayLine } from '../src/network/delay-line.ts';
import { Relay } from '../src/network/relay.ts';
import { bytes, milliseconds } from '../src/units.ts';
import { openArm, startArm } from './fixtures/arm-session.ts';
import { CONFORMANCE_ARMS, testArm } from './fixtures/arms.ts';
import { callTool, textOf } from './fixtures/session.ts';

const clock = monotonicClock();
const ONE_WAY = milliseconds(3);
const FEED = 'feed';

const WITH_SOCKETS = CONFORMANCE_ARMS.filter((word) => !/^(stdio|loopback)/.test(word));

async function relayTo(address: string): Promise<string> {
  const line = new DelayLine(clock, timerAlarm(clock));
  line.setDelay(ONE_WAY);
  const relay = new Relay(line);
  onTestFinished(() => relay.close());
  const through = new URL(address);
  through.port = String(await relay.open(Number(through.port)));
  return through.href;
}

test.each(WITH_SOCKETS)('%s', async (word) => {
  const arm = await testArm(word);
  const { server, endpoint } = await startArm(arm);
  const session = await openArm(arm, endpoint, await relayTo(endpoint.address));
  const { client, channel, notifications } = session;
  await client.subscribe([topicUri(FEED)]);
  const big = 'x'.repeat(200_000);
  expect(textOf(await callTool(client, 'echo', { text: big }))).toBe(big);
  const exchange = await callTool(client, 'echo', { text: 'small' });
  expect(textOf(exchange)).toBe('small');
  expect(exchange.completedNs - exchange.sentNs).toBeGreaterThanOrEqual(2 * ONE_WAY);
  server.publish({ topic: FEED, run: 1, sequence: 1, dueNs: clock.now() }, bytes(100));
  await expect.poll(() => notifications.length, { interval: 2 }).toBe(1);
  // What trails the last message is on its way for as long as every other byte.
  await expect.poll(() => channel.wire(), { interval: 5 }).toEqual(endpoint.wire());
});
