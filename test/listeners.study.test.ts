/** The study of listeners, through the whole program: what must hold of sockets, books and bytes on every machine. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readRecord } from '../src/result/read-record.ts';
import { studySteps } from '../src/stats/study-steps.ts';
import { fileIn, leftOf, startCommand, temporaryFolder } from './fixtures/command.ts';
import { runStudy, type StudyRun } from './fixtures/run-study.ts';

const PROGRAM = fileURLToPath(new URL('../bin/mcp-transport-bench.js', import.meta.url));

/** Few enough for a test. */
const LISTENERS = 8;
/** In every arm: nobody, and a few of whom one is cut off. */
const FEW = `
name: few-listeners
title: A few listeners
shows: that the books balance
study: listeners
arms: [sse]
settings:
  { connections: [0, ${LISTENERS}], settle: 20ms, idle: 50ms, receive: 200ms, rate: 50/s, size: 120B, cut: 300ms }
`;
/** [WHATWG] event stream: two fields and an empty line; [RFC 9112] 7.1: a length of three digits and two line ends. */
const SSE_FRAMING = 'event: message\ndata: \n\n'.length + '18b\r\n\r\n'.length;
/** [RFC 6455] 5.2: two bytes, and two for a length above 125. */
const WEBSOCKET_FRAMING = 4;

describe('a few listeners', async () => {
  const arms = ['sse', 'websocket', 'streamable-http', 'stdio'] as const;
  const { record, code, stdout, stderr } = await runFew(['-t', arms.join(',')]);
  const steps = studySteps(record, 'listeners');
  const outcomeOf = (arm: string, listeners: number) =>
    steps.find(({ subject }) => subject['arm'] === arm && subject['connections'] === String(listeners))?.outcome;
  const dataOf = (arm: string, listeners = LISTENERS) => {
    const found = outcomeOf(arm, listeners);
    if (found?.status !== 'measured') throw new Error(`${arm}: ${JSON.stringify(found)} ${stderr}`);
    return found.data;
  };

  test('ends well, and says of pipes why there is no server with many connections', () => {
    expect(code).toBe(0);
    expect(steps).toHaveLength(2 * arms.length);
    expect(outcomeOf('stdio', LISTENERS)).toMatchObject({
      status: 'not-measured',
      because: expect.stringMatching(/^over stdio there is no one process/) as unknown,
    });
    expect(stdout).toMatch(/2 of 8 steps not measured: over stdio/);
  });

  test.each([
    ['sse', LISTENERS],
    ['websocket', LISTENERS],
    ['streamable-http', LISTENERS],
  ])('%s: both ends count the same sockets, at rest one for each listener', (arm, listeners) => {
    const { connected, resting } = dataOf(arm).sockets;
    expect(connected.endpoint).toBe(connected.clients);
    expect(resting).toEqual({ clients: listeners, endpoint: listeners });
    expect(dataOf(arm, 0).sockets).toEqual({
      connected: { clients: 0, endpoint: 0 },
      resting: { clients: 0, endpoint: 0 },
    });
  });

  test('a listener over SSE holds a socket for its POSTs besides, one over WebSocket does not', () => {
    expect(dataOf('sse').sockets.connected.endpoint).toBeGreaterThanOrEqual(2 * LISTENERS);
    expect(dataOf('websocket').sockets.connected.endpoint).toBe(LISTENERS);
  });

  test.each(['sse', 'websocket', 'streamable-http'])('%s: every update reaches every listener once', (arm) => {
    const { receiving, idle } = dataOf(arm);
    expect(receiving.events).toBe(10);
    expect(receiving).toMatchObject({ published: 80, delivered: 80, lost: 0, duplicated: 0, reordered: 0 });
    expect(receiving.delivery?.p50Ns).toBeGreaterThan(0);
    expect(idle.wireUpBytes + idle.wireDownBytes).toBe(0);
    expect(dataOf(arm, 0).receiving).toMatchObject({ published: 0, delivered: 0, delivery: null, wireDownBytes: 0 });
  });

  test('an update has the same text over both, and each transport’s own framing', () => {
    const perUpdate = (arm: string): number => dataOf(arm).receiving.wireDownBytes / dataOf(arm).receiving.delivered;
    expect(perUpdate('sse') - SSE_FRAMING).toBe(perUpdate('websocket') - WEBSOCKET_FRAMING);
  });

  test.each(['sse', 'websocket'])(
    '%s: a cut costs nobody else anything, and the one comes back by a new session',
    (arm) => {
      const { cutOff } = dataOf(arm);
      expect(cutOff?.events).toBe(15);
      expect(cutOff?.others).toMatchObject({ published: 15 * (LISTENERS - 1), lost: 0, duplicated: 0 });
      expect(cutOff?.cut.delivered).toBe(15 - (cutOff?.cut.lost ?? 0));
      expect(cutOff?.backNs).toBeGreaterThanOrEqual(cutOff?.noticedNs ?? Number.NaN);
      expect(dataOf(arm, 0).cutOff).toBeNull();
    },
  );

  test.runIf(process.platform === 'linux')('memory is what this system tells, kernel memory apart', () => {
    const { memory, kernelTcp } = dataOf('websocket');
    for (const reading of Object.values(memory)) {
      expect(reading.privateDirtyBytes).toBeGreaterThan(0);
      expect(reading.rssBytes).toBeGreaterThan(reading.heapUsedBytes);
    }
    expect(kernelTcp).not.toBeNull();
  });

  test('the report has a row for every arm, and both claims', () => {
    expect(stdout).toMatch(/KiB of memory that each further listener adds[^]*SSE +\d[^]*WebSocket +1 /);
    expect(stdout).toMatch(/many-listeners: [^]*per update: CPU/);
    expect(stdout).toMatch(/passive-listener: [^]*cut off: lost \d+ of 15, back after/);
  });
});

describe.runIf(process.platform === 'linux')('what does not fit', () => {
  test('into the limit of open files is named, with what would help', () => {
    const folder = temporaryFolder();
    const path = fileIn(folder, 'many.yaml', FEW.replace(`[0, ${LISTENERS}]`, '[900]').replace(', cut: 300ms', ''));
    const words = [process.execPath, PROGRAM, 'run', path, '-o', 'r.json'];
    spawnSync('sh', ['-c', 'ulimit -n 256; exec "$@"', 'sh', ...words], { cwd: folder, timeout: 30_000 });
    const [step] = studySteps(readRecord(join(folder, 'r.json')), 'listeners');
    expect(step?.outcome).toMatchObject({
      status: 'not-measured',
      because: expect.stringMatching(/^descriptors: 899 listeners with 2 sockets each need 1830/) as unknown,
      wouldAnswer: expect.stringMatching(/^ulimit -n 3660/) as unknown,
    });
  });
});

describe('an interrupted run', () => {
  test.runIf(process.platform === 'linux')('leaves no process and no listening socket behind', async () => {
    const folder = temporaryFolder();
    const path = fileIn(folder, 'few.yaml', FEW.replace('idle: 50ms', 'idle: 1m'));
    const command = startCommand(['run', path], folder);
    await command.started('endpoint');
    command.process.kill('SIGINT');
    expect((await command.ended).code).toBe(130);
    expect(leftOf(command)).toEqual({ processes: [], sockets: [] });
    expect(command.seen.length).toBeGreaterThanOrEqual(2);
  });
});

/** Outside of a test, whose end would remove its folder. */
async function runFew(words: readonly string[]): Promise<StudyRun> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
  try {
    return await runStudy([fileIn(folder, 'few.yaml', FEW), ...words]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
