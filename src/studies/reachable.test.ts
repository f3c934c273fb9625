import { expect, test } from 'vitest';
import { type Variant, defaultVariant } from '../scenario/variant.ts';
import { unheard, unreachable } from './reachable.ts';

const json: Variant = { ...defaultVariant('streamable-http'), reply: 'json' };

test.each(['sse', 'websocket', 'streamable-http'])('%s can be looked at', async (transport) => {
  expect(await unreachable(defaultVariant(transport))).toBeUndefined();
  expect(await unheard(defaultVariant(transport, transport === 'streamable-http' ? 'sse' : null))).toBeUndefined();
});

test.each(['stdio', 'loopback'])('%s has nothing to connect to', async (transport) => {
  expect(await unreachable(defaultVariant(transport))).toMatchObject({
    status: 'not-measured',
    because: expect.stringMatching(/has no address/) as string,
  });
});

test('the SDK’s client would be passed off as one of the tool’s own; the lean one is', async () => {
  expect(await unreachable({ ...defaultVariant('sse'), client: 'sdk' })).toMatchObject({
    because: expect.stringContaining('not with the SDK’s') as string,
  });
  expect(await unreachable({ ...defaultVariant('sse'), client: 'lean' })).toBeUndefined();
});

test('one JSON object has no room for an event', async () => {
  expect(await unreachable(json)).toBeUndefined();
  expect(await unheard(json)).toMatchObject({ because: expect.stringContaining('no room for progress') as string });
});
