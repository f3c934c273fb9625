import { describe, expect, it } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import type { Doubt, RunRecord, TrialResult } from '../result/record.ts';
import { nanoseconds } from '../units.ts';
import { disturbanceText, measuredAgainLines } from './disturbance-text.ts';

const hiccup = (ms: number): Doubt => ({ kind: 'hiccup', maxNs: nanoseconds(ms * 1e6) });

describe('disturbanceText', () => {
  it('says the worst of each kind, and how many trials failed', () => {
    const doubts: readonly Doubt[] = [
      hiccup(31),
      hiccup(87),
      { kind: 'load', cores: 0.634, limitCores: 0.3 },
      { kind: 'send-lag', p99Ns: nanoseconds(4e6), limitNs: nanoseconds(3e6) },
      { kind: 'driver-saturated', utilisation: 0.81 },
      { kind: 'throttled', periods: 2, throttledNs: nanoseconds(5e6) },
      { kind: 'arrivals', distance: 0.2, limit: 0.1, startedPerSec: 90, plannedPerSec: 100 },
      { kind: 'gc-pause', process: 'driver', maxNs: nanoseconds(60e6) },
    ];
    expect(disturbanceText({ doubts, failedTrials: 2 })).toBe(
      'hiccup 87.0 ms, load 63 % of a core, send-lag 4.00 ms, driver 81 % busy, throttled 5.00 ms, arrivals 20 % off, gc-pause 60.0 ms, 2 trials failed',
    );
    expect(disturbanceText({ doubts: [], failedTrials: 1 })).toBe('1 trial failed');
  });
});

const RECORD = fixtureRecord({ blocks: 8 });

/** Each of these blocks was measured so many times more, after hiccups of so many milliseconds. */
function again(blocks: readonly (readonly [block: number, times: number, hiccupMs: number])[]): RunRecord {
  const trials = RECORD.trials.flatMap((trial): TrialResult[] => {
    const found = blocks.find(([block]) => block === trial.block);
    if (found === undefined) return [trial];
    const [, times, ms] = found;
    const disturbed = { ...trial, measurements: trial.measurements.map((one) => ({ ...one, doubts: [hiccup(ms)] })) };
    return [
      ...Array.from({ length: times }, (_, attempt): TrialResult => ({ ...disturbed, attempt })),
      { ...trial, attempt: times },
    ];
  });
  return { ...RECORD, trials };
}

describe('measuredAgainLines', () => {
  it('is silent where nothing was measured again', () => {
    expect(measuredAgainLines(RECORD)).toEqual([]);
  });

  it('names the block, from 1, and what disturbed it', () => {
    expect(measuredAgainLines(again([[3, 1, 31]]))).toEqual([
      'block 4 was disturbed (hiccup 31.0 ms) and measured again',
    ]);
  });

  it('is one line for several, and counts from the fourth on', () => {
    expect(
      measuredAgainLines(
        again([
          [0, 2, 31],
          [3, 1, 40],
        ]),
      ),
    ).toEqual([
      '2 of 8 blocks were disturbed and measured again: block 1 (hiccup 31.0 ms; 2 times), block 4 (hiccup 40.0 ms)',
    ]);
    const [line, ...others] = measuredAgainLines(again([0, 1, 2, 3, 4].map((block) => [block, 1, 30] as const)));
    expect(others).toEqual([]);
    expect(line).toMatch(/^5 of 8 blocks .*block 3 \(hiccup 30\.0 ms\) and 2 more$/);
  });
});
