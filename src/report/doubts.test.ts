import { expect, it } from 'vitest';
import { fixtureRecord, withMeasurements } from '../../test/fixtures/record.ts';
import { summaryOf } from '../../test/golden/summaries.ts';
import type { Doubt } from '../result/record.ts';
import { summarise } from '../stats/summarise.ts';
import { nanoseconds } from '../units.ts';
import { doubtLines } from './doubts.ts';

const compressible = (armIds: readonly string[]): readonly string[] =>
  doubtLines(summaryOf({ armIds })).filter((line) => line.startsWith('compressible: '));

it('doubts the bytes of those who compress, whatever was found, and of nobody else', () => {
  expect(compressible(['sse', 'websocket'])).toEqual([]);
  const lines = compressible(['sse+gzip', 'sse', 'websocket+deflate']);
  expect(lines).toHaveLength(1);
  const [line] = lines;
  expect(line).toContain('so the bytes of SSE (gzip), WebSocket (deflate) are those of texts that repeat');
});

const linesAbout = (kind: string, found: (nth: number) => Doubt, scenarios: readonly string[]): readonly string[] => {
  let nth = 0;
  const record = withMeasurements(fixtureRecord({ blocks: 2 }), (measurement) => ({
    ...measurement,
    doubts: scenarios.includes(measurement.cellId) ? [found((nth += 1))] : [],
  }));
  return doubtLines(summarise(record)).filter((line) => line.startsWith(kind));
};

it('says what befell the machine once, wherever it was, with the worst of it', () => {
  const load = (nth: number): Doubt => ({ kind: 'load', cores: nth / 10, limitCores: 0.35 });
  const lines = linesAbout('load', load, ['tool-calls', 'chatty']);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^load in tool-calls, chatty, 4 of 4 measurements of SSE, WebSocket: .* up to 80 % of a core/,
  );
  const held = linesAbout(
    'throttled',
    (nth) => ({ kind: 'throttled', periods: nth, throttledNs: nanoseconds(nth * 1e6) }),
    ['chatty'],
  );
  expect(held).toEqual([expect.stringMatching(/^throttled in chatty, .* for 4\.00 ms in 4 periods/)]);
  // Of others there is a line for each scenario, as long as they are few.
  const hiccup = (nth: number): Doubt => ({ kind: 'hiccup', maxNs: nanoseconds(nth * 30e6) });
  expect(linesAbout('hiccup', hiccup, ['tool-calls', 'chatty'])).toHaveLength(2);
});

it('takes a busy driver for the limit where it is near what it can, and not where it is far from it', () => {
  const busy = (ceilingShare: number | undefined): string =>
    linesAbout('driver-saturated', () => ({ kind: 'driver-saturated', utilisation: 0.81, ceilingShare }), [
      'chatty',
    ])[0] ?? '';
  expect(busy(undefined)).toContain(
    "81 % busy; the rate, and what a push takes to its last receiver, are then the driver's",
  );
  expect(busy(0.9)).toContain('81 % busy and at 90 % of what it can against a mirror; the rate');
  expect(busy(0.28)).toContain('81 % busy, but at 28 % of what it can against a mirror: it waited');
  expect(busy(1.3)).toContain('81 % busy and faster than against a mirror');
});

it('counts a measurement once that has the same kind of doubt twice', () => {
  const record = withMeasurements(fixtureRecord({ blocks: 2 }), (measurement) => ({
    ...measurement,
    doubts:
      measurement.cellId === 'chatty'
        ? (['endpoint', 'driver'] as const).map(
            (process) => ({ kind: 'gc-pause', process, maxNs: nanoseconds(6e7) }) as const,
          )
        : [],
  }));
  const lines = doubtLines(summarise(record)).filter((line) => line.startsWith('gc-pause'));
  expect(lines).toEqual([expect.stringMatching(/^gc-pause in chatty, 2 of 2 trials of SSE, WebSocket: /)]);
});
