import { build } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { distributionOf, withMeasurements } from '../../../test/fixtures/record.ts';
import * as golden from '../../../test/golden/reports.ts';
import { TOP_NS } from '../../measure/histogram.ts';
import { reportOf } from '../report-of.ts';
import { format } from './hgrm.ts';

const files = (record: Parameters<typeof reportOf>[0]) => format.files?.(reportOf(record)) ?? [];

/** The file that a plotter gets, without the line that names it. */
const plotted = (text: string): string => text.slice(text.indexOf('\n') + 1);

/** As HdrHistogram's plotters read: lines of four numbers, what begins with # passed over. */
const readLines = (text: string): readonly (readonly number[])[] =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.length === 4 && !Number.isNaN(Number(words[0])))
    .map((words) => words.map(Number));

describe('hgrm', () => {
  it('is what the library prints of the samples of all trials that count, in microseconds', () => {
    const record = golden.buildsRecord();
    let next = 0;
    const whole = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: TOP_NS,
      numberOfSignificantValueDigits: 3,
    });
    const measured = withMeasurements(record, (measurement, { armId, block, attempt }) => {
      // Each its own samples, so that one too many or too few shows.
      const valuesNs = Array.from({ length: 50 }, () => 80_000 + 1_013 * (next += 1));
      const counts = armId === 'sse' && (block !== 1 || attempt === 1);
      if (counts) for (const value of valuesNs) whole.recordValue(value);
      return { ...measurement, serviceTime: distributionOf(valuesNs) };
    });
    const found = files(measured).find(({ name }) => name === 'tool-calls.sse.service-time.hgrm');
    expect(plotted(found?.text ?? '')).toBe(whole.outputPercentileDistribution(5, 1_000));
    expect(found?.text).toMatch(/^# service-time · tool-calls · sse · microseconds · 3 trials merged\n/);
  });

  it('rises line by line to the maximum, and counts every sample', () => {
    const [first] = files(golden.buildsRecord());
    const lines = readLines(first?.text ?? '');
    expect(lines.length).toBeGreaterThan(20);
    for (const [at, [value = 0, percentile = 0, , inverse = 0]] of lines.entries()) {
      const [before = 0, below = 0] = lines[at - 1] ?? [];
      expect(value).toBeGreaterThanOrEqual(before);
      expect(percentile).toBeGreaterThanOrEqual(below);
      expect(inverse).toBeCloseTo(1 / (1 - percentile), 1);
    }
    expect(first?.text).toMatch(/#\[Max .* Total count {4}= {9}3600\]/);
  });

  it('names each distribution of several in one text', () => {
    const report = reportOf(golden.buildsRecord());
    const heads = format.render(report).match(/^# .*/gm) ?? [];
    expect(heads).toHaveLength(files(golden.buildsRecord()).length);
    expect(new Set(heads).size).toBe(heads.length);
    expect(format.render(report).match(/^#\[Mean /gm)).toHaveLength(heads.length);
  });

  it('says how many calls were never answered and have no time', () => {
    const texts = files(golden.richRecord()).filter(({ name }) => name.startsWith('agent-loop.websocket.'));
    expect(texts.find(({ name }) => name.includes('response-time'))?.text).toMatch(
      /merged, 1 more never ended and are not among them\n/,
    );
    expect(texts.find(({ name }) => name.includes('script-time'))?.text).toMatch(/merged\n/);
  });

  it('gives each distribution a file of its own, whatever its cell is called', () => {
    const record = golden.richRecord();
    const ids = new Map(record.plan.cells.map(({ id }, at) => [id, `../${at % 2 === 0 ? 'a/B' : 'A\\b'}\u0000..`]));
    const cells = record.plan.cells.map((cell, at) => ({ ...cell, id: `${ids.get(cell.id) ?? ''}${' '.repeat(at)}` }));
    const renamed = new Map(record.plan.cells.map(({ id }, at) => [id, cells[at]?.id ?? '']));
    const strange = {
      ...withMeasurements(record, (one) => ({ ...one, cellId: renamed.get(one.cellId) ?? '' })),
      plan: {
        ...record.plan,
        cells,
        trials: record.plan.trials.map((one) => ({ ...one, cellIds: one.cellIds.map((id) => renamed.get(id) ?? '') })),
      },
    };
    const names = files(strange).map(({ name }) => name);
    expect(names).toHaveLength(files(record).length);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[\w@+-][\w@+.-]*\.hgrm$/);
  });
});
