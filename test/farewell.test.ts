/** An endpoint that closes answers the subscriptions that are still open ([spec] 2026-07-28), on every transport that can. */
import { expect, test } from 'vitest';
import { topicUri } from '../src/mcp/events.ts';
import { openArm, startArm } from './fixtures/arm-session.ts';
import { testArm } from './fixtures/arms.ts';

const FEED = topicUri('feed');

test.each([
  'websocket@2026-07-28',
  'stdio@2026-07-28',
  'loopback@2026-07-28',
  'streamable-http@2026-07-28',
  'streamable-http@2026-07-28+json',
  'streamable-http@2026-07-28+h2',
])('%s: the server says that it ends the subscription', async (word) => {
  const arm = await testArm(word);
  const { endpoint } = await startArm(arm);
  const { client, closed } = await openArm(arm, endpoint);
  await client.subscribe([FEED]);
  await endpoint.close();
  await expect.poll(() => closed).toEqual(['no more events: the server ended the subscription']);
});
