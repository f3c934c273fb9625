import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distributionOf, withMeasurements } from '../../../test/fixtures/record.ts';
import * as golden from '../../../test/golden/reports.ts';
import { decodeHistogram } from '../../measure/histogram.ts';
import type { RunRecord } from '../../result/record.ts';
import { METRICS } from '../../stats/metrics.ts';
import { METRIC_NAMES } from '../../stats/summary.ts';
import { reportOf } from '../report-of.ts';
import { format } from './csv.ts';

/** Reads the grammar of RFC 4180, section 2, character by character, and nothing more lenient. */
function readCsv(text: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const fields: string[] = [];
    for (;;) {
      const [raw = ''] = /^(?:"(?:[^"]|"")*"|[^",\r\n]*)/.exec(text.slice(at)) ?? [];
      fields.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
      at += raw.length;
      if (text[at] !== ',') break;
      at += 1;
    }
    if (!text.startsWith('\r\n', at)) throw new Error(`no end of the record at ${at}: ${text.slice(at, at + 20)}`);
    at += 2;
    records.push(fields);
  }
  return records;
}

function rowsOf(record: RunRecord): readonly Readonly<Record<string, string>>[] {
  const [heads = [], ...rows] = readCsv(format.render(reportOf(record)));
  return rows.map((row) => {
    expect(row).toHaveLength(heads.length);
    return Object.fromEntries(heads.map((head, at) => [head, row[at] ?? '']));
  });
}

describe('CSV', () => {
  const record = golden.buildsRecord();
  const rows = rowsOf(record);
  const of = (wanted: Readonly<Record<string, string>>) =>
    rows.filter((row) => Object.entries(wanted).every(([key, value]) => row[key] === value));

  it('has one row for each metric that a trial has, with its value and unit', () => {
    const [first] = record.trials;
    const [measurement] = first?.measurements ?? [];
    if (first === undefined || measurement === undefined) throw new Error('the fixture has no measurement');
    const own = of({ trial: '0', attempt: '0' }).filter(({ metric }) => metric?.startsWith('distribution.') === false);
    const expected = METRIC_NAMES.flatMap((name) => {
      const value = METRICS[name].valueOf(measurement);
      return value === undefined ? [] : [[name, String(value), METRICS[name].unit]];
    });
    expect(own.map(({ metric, value, unit }) => [metric, value, unit])).toEqual(expected);
    expect(own.map(({ arm }) => arm)).toEqual(own.map(() => first.armId));
  });

  it('has the quantiles of whole distributions beside them, under names that are not theirs', () => {
    const [measurement] = record.trials[0]?.measurements ?? [];
    if (measurement === undefined) throw new Error('the fixture has no measurement');
    const found = of({ trial: '0', metric: 'distribution.service-time' });
    expect(found.map(({ quantile }) => quantile)).toEqual(['0.5', '0.75', '0.9', '0.95', '0.99', '0.999', '1']);
    const histogram = decodeHistogram(measurement.serviceTime);
    for (const { quantile, value } of found) expect(Number(value)).toBe(histogram.valueAtQuantile(Number(quantile)));
  });

  it('has no quantile that so few samples cannot carry', () => {
    const nine = distributionOf([1, 2, 3, 4, 5, 6, 7, 8, 9].map((value) => value * 1_000));
    const few = rowsOf(withMeasurements(record, (measurement) => ({ ...measurement, serviceTime: nine })));
    const own = few.filter(({ trial, metric }) => trial === '0' && metric === 'distribution.service-time');
    expect(own.map(({ quantile, value }) => [quantile, value])).toEqual([
      ['0.5', '5003'],
      ['0.75', '7003'],
      ['1', '9000'],
    ]);
  });

  it('tells attempts that count from those that do not, builds from each other, and forgets no trial', () => {
    expect(new Set(of({ block: '1' }).map(({ attempt, counts }) => `${attempt} ${counts}`))).toEqual(
      new Set(['0 false', '1 true']),
    );
    expect(new Set(rows.map(({ arm, build }) => `${arm} ${build}`))).toEqual(new Set(['sse base', 'websocket head']));
    expect(of({ metric: '' }).map(({ block, arm, value, valid }) => [block, arm, value, valid])).toEqual([
      ['2', 'websocket', '', 'false'],
    ]);
    expect(new Set(rows.map(({ trial, attempt }) => `${trial} ${attempt}`)).size).toBe(record.trials.length);
  });

  it('marks what may not be shown', () => {
    expect(new Set(rowsOf(golden.nothingValidRecord()).map(({ valid }) => valid))).toEqual(new Set(['false']));
    expect(new Set(of({ attempt: '1' }).map(({ valid }) => valid))).toEqual(new Set(['true']));
  });

  it('gives the quantile of the metrics that are one', () => {
    const quantileOf = (metric: string) => new Set(of({ metric }).map(({ quantile }) => quantile));
    expect(quantileOf('response-time.p99')).toEqual(new Set(['0.99']));
    expect(quantileOf('response-time.max')).toEqual(new Set(['1']));
    expect(quantileOf('rate')).toEqual(new Set(['']));
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('lets no spreadsheet compute %j', (text) => {
    for (const { build } of rowsOf(golden.strangeGateRecord(text))) expect(build).toMatch(/^(?:'[=+\-@]|\\[tr]=)/);
  });

  it('keeps any text to its own field', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const strange = rowsOf(golden.strangeGateRecord(`${text}",\r\n"`));
        expect(strange.length).toBeGreaterThan(0);
        for (const { block, valid } of strange)
          expect([block, valid]).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^(?:true|false)$/)]);
      }),
      { numRuns: 20 },
    );
  });
});
