/** Every hop of the study `proxies`, measured as a step measures it: what must hold on every machine. Times are not looked at. */
import { describe, expect, test } from 'vitest';
import { monotonicClock } from '../src/measure/clock.ts';
import type { StudyData } from '../src/result/study-data.ts';
import { HOPS, type HopName } from '../src/scenario/studies/proxies.ts';
import { hopOutcomes } from '../src/stats/hop-outcomes.ts';
import type { StepContext } from '../src/studies/contract.ts';
import { study } from '../src/studies/proxies/index.ts';
import { findProgram } from '../src/studies/proxies/programs.ts';
import { milliseconds, seconds } from '../src/units.ts';
import { testArm } from './fixtures/arms.ts';

const SETTINGS: StepContext<'proxies'>['settings'] = {
  hops: Object.keys(HOPS) as HopName[],
  idle: milliseconds(800),
  heartbeat: milliseconds(100),
  calls: 2,
  bound: milliseconds(1_000),
  limit: milliseconds(2_000),
};

async function measure(hop: HopName, word: string): Promise<StudyData['proxies']> {
  const { variant } = await testArm(word);
  const order = { settings: SETTINGS, browser: undefined, repetition: 0, seed: 7 };
  const arms = [{ id: word, title: word, variant }];
  const outcome = await study.measure(
    { hop, arm: word },
    { ...order, arms, readyTimeoutNs: seconds(20), clock: monotonicClock() },
  );
  if (outcome.status !== 'measured') throw new Error(JSON.stringify(outcome));
  return outcome.data;
}

/** What came of session, calls, events, a silence, and a silence with heartbeats. */
function wordsOf(data: StudyData['proxies']): string {
  const { session, calls, events, silent, beating } = hopOutcomes(data);
  return [session, calls, events, silent, beating].join(' ');
}

const ALL_PASS = 'pass pass pass pass pass';
const ALL_FAIL = 'fail fail fail fail fail';
const CUT_WITHOUT_HEARTBEATS = 'pass pass pass fail pass';

/** Steps that wait for most of their time, side by side. */
async function expectAll(cases: readonly (readonly [HopName, string, string])[]): Promise<void> {
  const found = await Promise.all(cases.map(async ([hop, word]) => [hop, word, wordsOf(await measure(hop, word))]));
  expect(found).toEqual(cases);
}

describe('the tool’s own hops', () => {
  test('a relay passes everything, a black hole nothing; stripping Upgrade stops WebSocket, holding back stops SSE', () =>
    expectAll([
      ['tcp-relay', 'sse', ALL_PASS],
      ['black-hole', 'websocket', ALL_FAIL],
      ['strip-upgrade', 'sse', ALL_PASS],
      ['strip-upgrade', 'websocket', ALL_FAIL],
      ['buffering', 'sse', ALL_FAIL],
      ['buffering', 'websocket', ALL_PASS],
    ]));

  test('an idle timeout cuts both without heartbeats and neither with them; affinity is SSE’s need, not WebSocket’s', () =>
    expectAll([
      ['idle-timeout', 'sse', CUT_WITHOUT_HEARTBEATS],
      ['idle-timeout', 'websocket', CUT_WITHOUT_HEARTBEATS],
      ['balancer', 'sse', ALL_FAIL],
      ['balancer', 'websocket', ALL_PASS],
      ['tls-terminator', 'websocket', ALL_PASS],
    ]));

  test('clients go through a CONNECT proxy, with each of their sockets', async () => {
    for (const data of await Promise.all(
      ['sse', 'streamable-http+tls'].map((word) => measure('connect-proxy', word)),
    )) {
      expect(wordsOf(data)).toBe(ALL_PASS);
      expect(data.carried).toBeGreaterThanOrEqual(2);
    }
  });
});

describe.each(['nginx', 'haproxy'] as const)('%s', (program) => {
  const path = findProgram(program, process.env['PATH']);
  const told = path === undefined ? `NOT RUN, ${program} is not installed: ` : '';

  test.skipIf(path === undefined)(`${told}tuned, it passes both and outlives a silence`, async () => {
    const [sse, websocket] = await Promise.all(['sse', 'websocket'].map((word) => measure(`${program}-tuned`, word)));
    for (const data of [sse, websocket]) {
      expect(data && wordsOf(data)).toBe(ALL_PASS);
      expect(data?.program).toMatch(new RegExp(`^${program} \\d+\\.\\d+`));
      expect(data?.addedLines.length).toBeGreaterThan(0);
    }
    expect(sse?.addedLines).not.toEqual(websocket?.addedLines);
  });
});
