/** The study of connecting, through the whole program: what must hold of bytes, sockets and round trips on every machine. */
import { describe, expect, test } from 'vitest';
import { leftOf, startCommand, temporaryFolder } from './fixtures/command.ts';
import { runStudy } from './fixtures/run-study.ts';
import { studySteps } from '../src/stats/study-steps.ts';

const MS = 1e6;
const ARMS = ['sse', 'websocket', 'streamable-http', 'streamable-http@2026-07-28', 'websocket+tls'];

describe('run connect --quick', async () => {
  const { record, code, stdout } = await runStudy(['connect', '--quick', '--trials', '1', '-t', ARMS.join(',')]);
  const steps = studySteps(record, 'connect');
  const dataOf = (arm: string) => {
    const found = steps.find(({ subject }) => subject['arm'] === arm && subject['session'] === undefined)?.outcome;
    if (found?.status !== 'measured' || found.data.connecting === null)
      throw new Error(`${arm}: ${JSON.stringify(found)}`);
    return found.data.connecting;
  };

  test('measures every arm, and the three ways to use a session', () => {
    expect(code).toBe(0);
    expect(steps.map(({ outcome }) => outcome.status)).toEqual(Array(ARMS.length + 3).fill('measured'));
  });

  test.each(ARMS)('%s: each milestone comes after the one before', (arm) => {
    const { cold, handshake } = dataOf(arm);
    const reached = [cold.tcpNs, cold.tlsNs, cold.httpNs, handshake ? cold.readyNs : null, cold.firstResultNs];
    const known = reached.filter((instant) => instant !== null);
    expect(known).toEqual(known.toSorted((a, b) => a - b));
    expect(cold.tcpNs).not.toBeNull();
    expect(cold.tlsNs === null).toBe(!arm.endsWith('+tls'));
  });

  // What a client of each does one after the other: TCP, upgrade, GET, initialize, a socket that is free, the call.
  test.each([
    ['websocket', { cold: 4, warm: 4 }],
    ['sse', { cold: 5, warm: 4 }],
    ['streamable-http', { cold: 3, warm: 2 }],
    ['streamable-http@2026-07-28', { cold: 2, warm: 1 }],
    ['websocket+tls', { cold: 5, warm: 5 }],
  ] as const)('%s: takes no less than its round trips through a network', (arm, trips) => {
    for (const { pool, rttNs, firstResultNs } of dataOf(arm).relayed)
      expect(firstResultNs, pool).toBeGreaterThanOrEqual(trips[pool] * rttNs);
  });

  test('a socket of one’s own for WebSocket; none for requests over connections that are there', () => {
    expect(dataOf('websocket').warm.map(({ sockets }) => sockets)).toEqual([1, 1, 1]);
    const { cold, warm } = dataOf('streamable-http@2026-07-28');
    expect(cold.sockets).toBe(1);
    for (const { sockets, tcpNs } of warm) expect({ sockets, tcpNs }).toEqual({ sockets: 0, tcpNs: null });
  });

  test('equal calls cost equal bytes, to the last, and none without a handshake costs less than the first', () => {
    for (const arm of ['sse', 'websocket', 'streamable-http', 'streamable-http@2026-07-28']) {
      const { calls, cold } = dataOf(arm);
      const sums = new Set(calls.map(({ upBytes, downBytes }) => `${upBytes}/${downBytes}`));
      expect([...sums], arm).toHaveLength(1);
      if (arm.endsWith('2026-07-28')) expect([...sums]).toEqual([`${cold.upBytes}/${cold.downBytes}`]);
    }
  });

  test('a TLS session is resumed by whoever comes back, and its handshake is shorter then', () => {
    const { cold, warm } = dataOf('websocket+tls');
    expect(cold.tls).toMatch(/^TLSv1\.3 .*, not resumed$/);
    for (const { tls, downBytes } of warm) {
      expect(tls).toMatch(/, resumed$/);
      expect(downBytes).toBeLessThan(cold.downBytes);
    }
  });

  test('a session for each call makes calls of its own kind only', () => {
    for (const { subject, outcome } of steps.filter((step) => step.subject['session'] !== undefined)) {
      if (outcome.status !== 'measured' || outcome.data.reuse === null) throw new Error(JSON.stringify(outcome));
      const { calls, failed, sockets } = outcome.data.reuse;
      expect(calls).toBeGreaterThan(0);
      expect(failed).toBe(0);
      if (subject['session'] === 'shared') expect(sockets).toBe(0);
      if (subject['connections'] === 'new') expect(sockets).toBeGreaterThanOrEqual(calls);
    }
  });

  test('is shown with its break-even and its round trips', () => {
    expect(stdout).toMatch(/Cold: the first session/);
    expect(stdout).toMatch(/in bytes the handshake has paid for itself\s+with call \d+/);
    expect(stdout).toMatch(/one session for all calls/);
  });

  test('no relay is nearer than it says', () => {
    const far = steps.flatMap(({ outcome }) =>
      outcome.status === 'measured' ? (outcome.data.connecting?.relayed ?? []) : [],
    );
    expect(new Set(far.map(({ rttNs }) => rttNs / MS))).toEqual(new Set([0, 40]));
  });
});

test('an interrupt leaves nothing behind', async () => {
  const command = startCommand(['run', 'connect', '--quick', '-t', 'sse', '-o', 'record.json'], temporaryFolder());
  await command.started('endpoint');
  command.process.kill('SIGINT');
  expect((await command.ended).code).toBe(130);
  expect(leftOf(command)).toEqual({ processes: [], sockets: [] });
});
