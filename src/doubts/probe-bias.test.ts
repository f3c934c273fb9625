import { describe, expect, test } from 'vitest';
import { Histogram } from '../measure/histogram.ts';
import type { Distribution } from '../result/record.ts';
import { seededRandom } from '../scenario/random.ts';
import { nanoseconds } from '../units.ts';
import { probeDoubts } from './probe-bias.ts';

/** So many samples of 100 µs and an exponential tail of 50 µs, times a factor. */
function times(count: number, seed: number, factor = 1): Distribution {
  const random = seededRandom(seed);
  const histogram = new Histogram();
  for (let sample = 0; sample < count; sample += 1)
    histogram.record(nanoseconds(Math.round(factor * (100_000 - 50_000 * Math.log(1 - random.uniform())))));
  return histogram.encode();
}

describe('a probe beside the drivers', () => {
  test('that sees what they see raises no doubt, whatever the seed', () => {
    for (let seed = 0; seed < 50; seed += 1)
      expect(probeDoubts(times(20_000, seed), times(200, seed + 1_000))).toEqual([]);
  });

  test.each([
    ['drivers that wait for themselves', 1.5, 1],
    ['drivers whose clients spare each other', 1, 1.5],
  ])('%s are found out by the median', (_name, drivers, probe) => {
    const found = probeDoubts(times(20_000, 1, drivers), times(200, 2, probe));
    expect(found[0]).toMatchObject({ kind: 'driver-bias', metric: 'service-time.p50' });
  });

  test('the slowest calls are judged from below where the probe made too few to know its own', () => {
    const [p50, p99, ...more] = probeDoubts(times(20_000, 1), times(200, 2, 4));
    expect(more).toEqual([]);
    expect(p50).toMatchObject({ metric: 'service-time.p50' });
    expect(p99).toMatchObject({ metric: 'service-time.p99', probeHighNs: null });
    // With few calls its p99 could be anything above: drivers that saw more are no contradiction.
    expect(probeDoubts(times(20_000, 1, 1.5), times(200, 2)).map((doubt) => 'metric' in doubt && doubt.metric)).toEqual(
      ['service-time.p50'],
    );
    expect(probeDoubts(times(20_000, 1, 1.5), times(2_000, 2))).toHaveLength(2);
  });

  test('a difference of less than a tenth, and a handful of calls, say nothing', () => {
    expect(probeDoubts(times(20_000, 1, 1.08), times(20_000, 2))).toEqual([]);
    expect(probeDoubts(times(20_000, 1, 3), times(29, 2))).toEqual([]);
  });
});
