/** Whether the arms were equal in all that nobody asked to be different. */
import { describe, expect, test } from 'vitest';
import { armOf, fixtureRecord } from '../../test/fixtures/record.ts';
import type { ArmFacts } from '../result/record.ts';
import { armOfBuild } from '../scenario/builds.ts';
import { bytes } from '../units.ts';
import { matchArms } from './matching.ts';

const factsOf = (...armIds: string[]): ArmFacts[] =>
  fixtureRecord({ blocks: 1, armIds, cells: [] }).matching.facts.map((facts) => ({ ...facts, keepAliveMs: 5_000 }));
const [sse, webSocket] = factsOf('sse', 'websocket') as [ArmFacts, ArmFacts];

const matched = (...facts: ArmFacts[]) =>
  matchArms(
    facts,
    facts.map(({ armId }) => armOf(armId)),
  );
const mismatches = (...facts: ArmFacts[]): string[] =>
  matched(...facts)
    .checks.filter(({ status }) => status === 'mismatched')
    .map(({ rule }) => rule);
const checkOf = (rule: string, ...facts: ArmFacts[]) => matched(...facts).checks.find((check) => check.rule === rule);

test('the fixture’s arms match, and what differs is said', () => {
  expect(mismatches(sse, webSocket)).toEqual([]);
  expect(matched(sse, webSocket).unmatched.join('\n')).toMatch(/^sockets per client differ: sse \d+ · websocket 1$/m);
  expect(matched(sse).unmatched).toEqual([]);
});

test('facts of an arm that is not in the plan are a bug', () => {
  expect(() => matchArms([sse], [])).toThrow(RangeError);
});

test.each<[string, Partial<ArmFacts>]>([
  ['same Node and NODE_ENV at both ends', { endpointNode: 'v24.0.0 production' }],
  ['same Node flags', { driverFlags: ['--jitless'] }],
  ['same server: name, version, capabilities, tools', { surfaceHash: 'other' }],
  ['same JSON-RPC bytes for the same call', { payloadUpBytes: bytes(1) }],
  ['same JSON-RPC bytes for the same call', { payloadDownBytes: bytes(1) }],
  ['TCP_NODELAY on every socket', { noDelay: [true, false] }],
  ['TCP_NODELAY on every socket', { noDelay: [true, undefined] }],
  ['compression as asked', { compression: 'permessage-deflate' }],
  ['TLS as asked', { tls: true }],
  ['HTTP version as asked', { httpVersion: '2.0' }],
  ['same keep-alive of the endpoint', { keepAliveMs: 1 }],
  ['same heartbeat', { heartbeatMs: 15_000 }],
  ['same largest message', { maxMessageBytes: bytes(1) }],
])('%s: planted in one arm', (rule, planted) => {
  expect(mismatches(sse, { ...webSocket, ...planted })).toEqual([rule]);
});

test.each<[string, Partial<ArmFacts>]>([
  ['same Node and NODE_ENV at both ends', { endpointNode: 'v24.0.0 production' }],
  ['same Node flags', { driverFlags: ['--jitless'] }],
  ['TCP_NODELAY on every socket', { noDelay: [false] }],
  ['compression as asked', { compression: 'gzip' }],
  ['TLS as asked', { tls: true }],
])('%s: planted in all arms alike', (rule, planted) => {
  expect(mismatches({ ...sse, ...planted }, { ...webSocket, ...planted })).toEqual([rule]);
});

test('an arm to which a rule does not apply is no mismatch', () => {
  const noWire: ArmFacts = { ...webSocket, armId: 'loopback', carrier: 'nothing', noDelay: [], keepAliveMs: undefined };
  expect(mismatches(sse, noWire)).toEqual([]);
  const rule = 'TCP_NODELAY on every socket';
  expect(checkOf(rule, noWire)).toEqual({ rule, status: 'not-applicable', seen: 'loopback: n/a' });
});

test('arms that have a value in common are named together', () => {
  const [, , pipes] = factsOf('sse', 'websocket', 'stdio') as [ArmFacts, ArmFacts, ArmFacts];
  const stdio: ArmFacts = { ...pipes, carrier: 'pipes', noDelay: [], httpVersion: undefined };
  expect(checkOf('TCP_NODELAY on every socket', sse, webSocket, stdio)?.seen).toBe('sse, websocket: on · stdio: n/a');
  expect(matched(sse, webSocket, stdio).unmatched).toContain(
    'sockets per client differ: sse 2 · websocket 1 · stdio 1 (pipes)',
  );
});

describe('what was asked for', () => {
  const tls = (armId: string, special: Partial<ArmFacts> = {}): ArmFacts => ({
    ...factsOf(armId)[0]!,
    tls: true,
    tlsSession: 'TLSv1.3 TLS_AES_256_GCM_SHA384, full handshake',
    ...special,
  });

  test('TLS where it was asked for and none where it was not is a match, and said', () => {
    expect(mismatches(sse, tls('websocket+tls'))).toEqual([]);
    expect(matched(sse, tls('websocket+tls')).unmatched).toContain(
      'TLS differs: sse none · websocket+tls TLSv1.3 TLS_AES_256_GCM_SHA384, full handshake',
    );
    expect(mismatches(sse, { ...webSocket, armId: 'websocket+tls' })).toEqual(['TLS as asked']);
  });

  test('TLS arms have the same version, cipher and resumption', () => {
    const rule = 'same TLS version, cipher and resumption';
    expect(mismatches(tls('sse+tls'), tls('websocket+tls'))).toEqual([]);
    expect(mismatches(tls('sse+tls'), tls('websocket+tls', { tlsSession: 'TLSv1.2' }))).toEqual([rule]);
    expect(checkOf(rule, sse, webSocket)?.status).toBe('not-applicable');
  });

  test.each([
    ['websocket+deflate', 'permessage-deflate'],
    ['sse+gzip', 'gzip'],
    ['sse+br', 'br'],
  ])('%s', (armId, compression) => {
    const [facts] = factsOf(armId) as [ArmFacts];
    expect(mismatches(sse, { ...facts, compression })).toEqual([]);
    expect(mismatches(sse, { ...facts, compression: `${compression}; server_max_window_bits=15` })).toEqual([]);
    expect(mismatches(sse, facts)).toEqual(['compression as asked']);
    expect(checkOf('compression as asked', facts)?.seen).toBe(`${armId}: none, asked for ${compression}`);
  });

  test('HTTP/2, and the same windows on every arm that has it', () => {
    const [h2, other] = factsOf('sse+h2', 'streamable-http+h2').map((facts) => ({
      ...facts,
      httpVersion: '2.0',
      http2Windows: { stream: bytes(65_535), connection: bytes(1_048_576) },
    })) as [ArmFacts, ArmFacts];
    expect(mismatches(sse, h2, other)).toEqual([]);
    expect(matched(sse, h2).unmatched).toContain('HTTP versions differ: sse 1.1 · sse+h2 2');
    const wider = { ...other, http2Windows: { stream: bytes(1), connection: bytes(1_048_576) } };
    expect(mismatches(h2, wider)).toEqual(['same HTTP/2 flow-control windows']);
    expect(mismatches({ ...h2, httpVersion: '1.1' })).toEqual(['HTTP version as asked']);
  });

  test('messages are as long as the era makes them, and equally long within one', () => {
    const arms = factsOf('websocket', 'stdio', 'websocket@2026-07-28', 'stdio@2026-07-28');
    expect(mismatches(...arms)).toEqual([]);
    expect(matched(...arms).unmatched.join('\n')).toMatch(
      /^JSON-RPC bytes of the same call .*: websocket, stdio \d+\/\d+ · websocket@2026-07-28, stdio@2026-07-28 \d+\/\d+$/m,
    );
    const odd = arms.map((facts) =>
      facts.armId === 'stdio@2026-07-28' ? { ...facts, payloadUpBytes: bytes(9) } : facts,
    );
    expect(mismatches(...odd)).toEqual(['same JSON-RPC bytes for the same call']);
  });
});

describe('two builds', () => {
  /** Of SSE and WebSocket, each in two builds; what is planted is planted in SSE of head, and `both` in all of head. */
  function mismatchesOf(planted: Partial<ArmFacts>, both: Partial<ArmFacts> = {}) {
    const arms = ['sse', 'websocket'].flatMap((id) => ['base', 'head'].map((build) => armOfBuild(armOf(id), build)));
    const facts = arms.map((arm): ArmFacts => {
      const plain = arm.variant.transport === 'sse' ? sse : webSocket;
      const isHead = arm.build === 'head';
      return { ...plain, ...(isHead ? both : {}), ...(arm.id === 'sse:head' ? planted : {}), armId: arm.id };
    });
    const { checks, unmatched } = matchArms(facts, arms);
    return { rules: checks.filter(({ status }) => status === 'mismatched').map(({ rule }) => rule), unmatched };
  }

  test('may differ in what the code of an endpoint decides, and that is said', () => {
    const { rules, unmatched } = mismatchesOf(
      {},
      { surfaceHash: 'other-hash', payloadDownBytes: bytes(1), keepAliveMs: 1 },
    );
    expect(rules).toEqual([]);
    expect(unmatched.join('\n')).toContain("the builds' servers differ");
    expect(unmatched.join('\n')).toContain('sse:head, websocket:head other-ha');
    expect(mismatchesOf({}).unmatched.join('\n')).not.toContain("the builds' servers differ");
  });

  test('may not differ within a build, nor in what is the same for all', () => {
    expect(mismatchesOf({ surfaceHash: 'other' }).rules).toEqual(['same server: name, version, capabilities, tools']);
    expect(mismatchesOf({}, { endpointNode: 'v24.0.0 production', driverNode: 'v24.0.0 production' }).rules).toEqual([
      'same Node and NODE_ENV at both ends',
    ]);
  });
});
