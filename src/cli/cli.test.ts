/** The command's own small parts; what they do together is `test/usage.test.ts` and `test/failures.test.ts`. */
import { describe, expect, test } from 'vitest';
import { failedAfter, fixtureRecord, withMeasurements, withTrials } from '../../test/fixtures/record.ts';
import type { Doubt } from '../result/record.ts';
import { bytes, milliseconds, perSecond, seconds } from '../units.ts';
import { askedWords } from './asked.ts';
import { readRunFlags } from './options.ts';
import { progressOn } from './progress.ts';
import { onSignals } from './signals.ts';
import { whatFailed } from './what-failed.ts';

const NAMES = ['loopback', 'sse', 'websocket'];
const DEFAULTS = {
  transport: 'sse,websocket',
  trials: '6',
  readyTimeout: '10s',
};
const read = (options: Record<string, unknown> = {}) => readRunFlags({ ...DEFAULTS, ...options }, NAMES);

describe('flags', () => {
  test('by default nothing is overridden', () => {
    expect(read()).toEqual({
      arms: [
        { transport: 'sse', axes: {} },
        { transport: 'websocket', axes: {} },
      ],
      axes: {},
      overrides: {},
      trials: 6,
      seed: undefined,
      quick: false,
      readyTimeoutNs: seconds(10),
      output: undefined,
      formats: undefined,
      summary: false,
      ceiling: false,
    });
  });

  test('every override arrives in its unit', () => {
    const options = {
      clients: '3',
      rate: '200/s',
      duration: '500ms',
      calls: '9',
      warmup: '0ms',
      payload: '4KiB',
      seed: '0',
      quick: true,
    };
    expect(read(options)).toMatchObject({
      overrides: {
        clients: 3,
        ratePerSec: perSecond(200),
        windowTimeNs: milliseconds(500),
        windowCalls: 9,
        warmupTimeNs: 0,
        payloadBytes: bytes(4096),
      },
      seed: 0,
      quick: true,
    });
  });

  test.each([
    ['all', 'all'],
    [
      ' sse , loopback',
      [
        { transport: 'sse', axes: {} },
        { transport: 'loopback', axes: {} },
      ],
    ],
    [
      'websocket,websocket',
      [
        { transport: 'websocket', axes: {} },
        { transport: 'websocket', axes: {} },
      ],
    ],
    ['sse+h2+tls', [{ transport: 'sse', axes: { http: '2', tls: true } }]],
  ])('arms %j', (transport, arms) => {
    expect(read({ transport }).arms).toEqual(arms);
  });

  test('axes for every arm, each only if its flag was given', () => {
    const options = {
      protocol: '2026-07-28',
      http: '2',
      tls: true,
      compression: 'gzip',
      reply: 'json',
      client: 'lean',
    };
    expect(read(options).axes).toEqual(options);
    expect(read({ http: '1.1', compression: 'off' }).axes).toEqual({ http: '1.1', compression: 'off' });
    expect(() => read({ compression: 'zstd' })).toThrow(
      '--compression: got "zstd", expected one of off, deflate, gzip, br',
    );
    expect(() => read({ http: '3' })).toThrow('--http: got "3", expected one of 1.1, 2');
  });

  test('what was asked is told in words that ask for it again', () => {
    const options = { transport: 'all', http: '2', tls: true, quick: true, trials: '6', header: 'secret' };
    expect(askedWords(['chatty'], options)).toEqual([
      'chatty',
      '--transport',
      'all',
      '--http',
      '2',
      '--tls',
      '--quick',
    ]);
  });
});

describe('what failed', () => {
  const record = fixtureRecord({ blocks: 2 });
  const doubting = (doubt: Doubt, armId: string, blocks: readonly number[]) =>
    withMeasurements(record, (measurement, trial) =>
      measurement.cellId === 'tool-calls' && trial.armId === armId && blocks.includes(trial.block)
        ? { ...measurement, doubts: [doubt] }
        : measurement,
    );

  test('nothing, when every arm has a number in every cell', () => {
    expect(whatFailed(record)).toEqual([]);
    expect(whatFailed(doubting({ kind: 'wrong-answers', count: 3 }, 'sse', [0]))).toEqual([]);
    expect(
      whatFailed(withTrials(record, (trial) => (trial.index === 0 ? failedAfter(trial, 0, 'gone') : trial))),
    ).toEqual([]);
  });

  test.each<[Doubt, string]>([
    [
      { kind: 'wrong-answers', count: 3 },
      'no valid measurement in 2 trials: 3 wrong, misrouted, duplicated or unreadable answers',
    ],
    [{ kind: 'books-do-not-balance', detail: 'calls due 3' }, 'no valid measurement in 2 trials: calls due 3'],
    [{ kind: 'nothing-measured', detail: 'bad\u001b[31m' }, 'no valid measurement in 2 trials: bad\\u001b[31m'],
    [
      { kind: 'rate-not-reached', offeredPerSec: 9, achievedPerSec: 1 },
      'the offered rate was not reached in any trial',
    ],
  ])('a cell without a number that may be shown: $kind', (doubt, words) => {
    expect(whatFailed(doubting(doubt, 'sse', [0, 1]))).toEqual([`tool-calls over sse: ${words}`]);
  });

  test('what a trial reached that does not count neither fails the run nor saves it', () => {
    const slow: Doubt = { kind: 'rate-not-reached', offeredPerSec: 9, achievedPerSec: 1 };
    const invalid: Doubt = { kind: 'wrong-answers', count: 1 };
    const first = (doubts: Doubt[], others: Doubt[]) =>
      withMeasurements(record, (measurement, { block, armId }) =>
        measurement.cellId === 'tool-calls' && armId === 'sse'
          ? { ...measurement, doubts: block === 0 ? doubts : others }
          : measurement,
      );
    expect(whatFailed(first([slow, invalid], []))).toEqual([]);
    expect(whatFailed(first([slow], []))).toEqual([]);
    const line = 'tool-calls over sse: the offered rate was not reached in any trial';
    expect(whatFailed(first([invalid], [slow]))).toEqual([line]);
    expect(whatFailed(first([slow, invalid], [slow]))).toEqual([line]);
  });

  test('an arm of which every trial failed is named with the reasons, before its cells', () => {
    const broken = withTrials(record, (trial) =>
      trial.armId === 'sse' ? failedAfter(trial, 0, `gone\n${trial.block}`) : trial,
    );
    const lines = whatFailed(broken);
    expect(lines.slice(0, 2)).toEqual(
      broken.trials
        .filter(({ armId }) => armId === 'sse')
        .map(({ index, block }) => `trial ${index + 1} (sse) failed: gone\\u000a${block}`),
    );
    expect(lines[2]).toBe(`${record.plan.cells[0]!.id} over sse: no valid measurement in 2 trials`);
    expect(lines).toHaveLength(2 + record.plan.cells.length);
  });

  test('a run of which nothing worked says so once', () => {
    const lines = whatFailed(withTrials(record, (trial) => failedAfter(trial, 0, 'gone')));
    expect(lines).toHaveLength(record.trials.length + 1);
    expect(lines.at(-1)).toBe('Nothing was measured.');
  });
});

describe('progress', () => {
  const record = fixtureRecord({ blocks: 1 });
  const [trial, second] = record.plan.trials;
  const failed = failedAfter(record.trials[1]!, 0, 'gone\u001b[2J');

  function shown(isTTY: boolean): string[] {
    const written: string[] = [];
    const progress = progressOn({ isTTY, write: (text: string) => written.push(text) }, record.plan, () => 10);
    progress.onProbe(record.plan.arms[0]!);
    progress.onCell(trial!, record.plan.cells[0]!);
    progress.onTrial(trial!, record.trials[0]!);
    progress.onCell(second!, record.plan.cells[0]!);
    progress.onTrial(second!, failed);
    progress.end();
    return written;
  }

  test('elsewhere than on a terminal: plain lines, one per trial, harmless', () => {
    expect(shown(false)).toEqual([
      `trial 1 of 2 · ${trial!.armId} · done\n`,
      `trial 2 of 2 · ${second!.armId} · failed: gone\\u001b[2J\n`,
    ]);
  });

  test('on a terminal: one live line that fits and is wiped, and failures that stay', () => {
    const written = shown(true);
    expect(written.every((text) => /^\r.{79}(\r.*\n?)?$/.test(text))).toBe(true);
    expect(written[2]).toMatch(/^\rtrial 2 of 2 · \w+ · tool-calls · about 10 s left +$/);
    expect(written[3]).toMatch(/\rtrial 2 of 2 · \w+ · failed: gone\\u001b\[2J\n$/);
    expect(written.at(-1)).toBe(`\r${' '.repeat(79)}\r`);
  });
});

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ] as const)('%s aborts, is remembered as %i, and the signals are given back', (name, code) => {
    const before = process.listenerCount(name);
    const signals = onSignals();
    expect([signals.signal.aborted, signals.exitCode()]).toEqual([false, undefined]);
    process.emit(name, name);
    expect([signals.signal.aborted, signals.exitCode()]).toEqual([true, code]);
    signals.stop();
    expect(process.listenerCount(name)).toBe(before);
  });
});
