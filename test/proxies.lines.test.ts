/** That "the fewest lines" are: each of them is left out in turn, and something fails. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { monotonicClock } from '../src/measure/clock.ts';
import type { HopProgram } from '../src/scenario/studies/proxies.ts';
import { type StudyEndpoint, startStudyEndpoint } from '../src/studies/bench.ts';
import { haproxyConfig, nginxConfig } from '../src/studies/proxies/configs.ts';
import { findProgram, startConfigured } from '../src/studies/proxies/programs.ts';
import { RUNS, Visit } from '../src/studies/proxies/visit.ts';
import { bytes, milliseconds, nanoseconds, seconds } from '../src/units.ts';
import { testArm } from './fixtures/arms.ts';

const IDLE_NS = milliseconds(600);
/** HAProxy holds a small piece back for 200 ms, unless it is told not to. */
const HELD_NS = milliseconds(150);

interface Case {
  readonly program: HopProgram;
  readonly word: 'sse' | 'websocket';
  /** A line that tuning adds; none for all of them. */
  readonly line?: string;
  /** What the bare configuration has in its place. */
  readonly instead?: string;
  readonly becomes: 'whole' | 'no session' | 'held' | 'cut in silence';
}

const CASES: readonly Case[] = [
  { program: 'nginx', word: 'websocket', becomes: 'whole' },
  { program: 'nginx', word: 'websocket', line: 'proxy_set_header Upgrade $http_upgrade;', becomes: 'no session' },
  { program: 'nginx', word: 'websocket', line: 'proxy_set_header Connection "upgrade";', becomes: 'no session' },
  {
    program: 'nginx',
    word: 'websocket',
    line: 'proxy_read_timeout 1h;',
    instead: 'proxy_read_timeout 600ms;',
    becomes: 'cut in silence',
  },
  {
    program: 'nginx',
    word: 'sse',
    line: 'proxy_read_timeout 1h;',
    instead: 'proxy_read_timeout 600ms;',
    becomes: 'cut in silence',
  },
  { program: 'haproxy', word: 'sse', becomes: 'whole' },
  { program: 'haproxy', word: 'websocket', line: 'timeout tunnel 1h', becomes: 'cut in silence' },
  { program: 'haproxy', word: 'sse', line: 'option http-no-delay', becomes: 'held' },
  {
    program: 'haproxy',
    word: 'sse',
    line: 'timeout server 1h',
    instead: 'timeout server 600ms',
    becomes: 'cut in silence',
  },
];

const PATHS = {
  nginx: findProgram('nginx', process.env['PATH']),
  haproxy: findProgram('haproxy', process.env['PATH']),
};

/** Starts the program tuned, but for the line, and answers the address of what is behind it. */
async function startWithout({ program, word, line, instead = '' }: Case, { address }: StudyEndpoint): Promise<string> {
  const url = new URL(address);
  const order = { upstream: Number(url.port), idleNs: IDLE_NS, upgrades: word === 'websocket' };
  const running = await startConfigured(program, PATHS[program] ?? program, (place) => {
    const tuned =
      program === 'nginx'
        ? nginxConfig({ ...order, ...place, hop: 'nginx-tuned' })
        : haproxyConfig({ ...order, ...place, hop: 'haproxy-tuned' });
    if (line === undefined) return tuned;
    expect(tuned.split('\n')).toContain(line);
    return tuned.replace(line, instead);
  });
  onTestFinished(() => running.close());
  url.port = String(running.port);
  return url.href;
}

async function lookWithout(one: Case): Promise<Case['becomes']> {
  const { variant } = await testArm(one.word);
  const endpoint = await startStudyEndpoint({ variant, seed: 7, readyTimeoutNs: seconds(20) });
  onTestFinished(() => endpoint.end());
  const way = { address: await startWithout(one, endpoint), certificate: undefined, proxy: undefined };
  const order = { variant, topic: 'feed', servers: [endpoint], way, clock: monotonicClock(), seed: 7 } as const;
  const visit = await Visit.open({ ...order, limitNs: seconds(2) }).catch(() => undefined);
  if (visit === undefined) return 'no session';
  onTestFinished(() => visit.close());
  const delays = await visit.hear(RUNS.inTime, 3, bytes(128));
  if (Math.min(...delays.map((delay) => delay ?? Number.POSITIVE_INFINITY)) > HELD_NS) return 'held';
  const { eventNs, called } = await visit.afterSilence(nanoseconds(IDLE_NS * 1.5));
  return called && eventNs !== null ? 'whole' : 'cut in silence';
}

describe.each(['nginx', 'haproxy'] as const)('%s', (program) => {
  const told = PATHS[program] === undefined ? `NOT RUN, ${program} is not installed: ` : '';
  const cases = CASES.filter((one) => one.program === program);

  test.skipIf(PATHS[program] === undefined)(`${told}every line that tuning adds is needed`, async () => {
    const found = await Promise.all(cases.map(async (one) => ({ ...one, becomes: await lookWithout(one) })));
    expect(found).toEqual(cases);
  });
});
