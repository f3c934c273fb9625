import { describe, expect, test } from 'vitest';
import { kneeSteps, searched } from '../../../test/fixtures/knee.ts';
import { fixtureRecord } from '../../../test/fixtures/record.ts';
import { STUDY_DATA } from '../../result/study-data.ts';
import { STUDY_SETTINGS } from '../../scenario/study-settings.ts';
import type { PlannedStudy } from '../../scenario/study.ts';
import { busyAtHigh, curveOf, kneeOf } from '../../stats/knee.ts';
import { studyContradictions } from '../../verify/study-checks.ts';
import { render } from './knee.ts';

const planned: PlannedStudy = {
  name: 'knee',
  title: 'The highest rate',
  shows: 'It.',
  study: 'knee',
  repeats: 1,
  arms: fixtureRecord({ blocks: 1, armIds: ['sse', 'websocket'], cells: [] }).plan.arms,
  settings: JSON.stringify(STUDY_SETTINGS.knee.parse({})),
  steps: [],
};

const SSE = { knee: 3_000 };
const WEBSOCKET = { knee: 6_000 };

describe('a knee in a report', () => {
  const { lines, tables, notes } = render(
    kneeSteps([
      ['sse', SSE],
      ['websocket', WEBSOCKET],
    ]),
    planned,
  );

  test('says under which limit, and how a probe is made', () => {
    expect(lines.join(' ')).toContain('Sustained: p99 <= 10ms');
    expect(lines.join(' ')).toContain('8 clients, poisson arrivals, pacing thread');
    expect(notes).toEqual([]);
  });

  test('has what each arm sustains, and how many times the first that is', () => {
    const [table] = tables;
    expect(table?.heads).toEqual(['', 'sustained', 'not', '÷ first', 'endpoint', 'driver', 'probes']);
    expect(table?.rows.map(([title, sustained]) => [title, sustained])).toEqual([
      ['SSE', '2,950'],
      ['WebSocket', '5,910'],
    ]);
    expect(table?.rows.map((row) => row[3])).toEqual(['1.00×', '2.00×']);
    expect(table?.rows.map((row) => row.slice(4, 6))).toEqual([
      ['90 %', '50 %'],
      ['90 %', '50 %'],
    ]);
  });

  test('has the curve, in numbers and drawn', () => {
    const [, curve] = tables;
    expect(curve?.heads).toEqual(['', '50 %', '70 %', '80 %', '90 %', '95 %', '']);
    expect(curve?.rows[0]).toEqual(['SSE', '4.92 ms', '6.89 ms', '7.88 ms', '8.86 ms', '9.35 ms', '▄▆▇██']);
  });

  test('says why a search has no end, and where the driver was what was full', () => {
    const strange = render(
      kneeSteps([
        ['sse', { ...SSE, stopAt: 5 }],
        ['websocket', { ...WEBSOCKET, driverBusy: 0.95 }],
      ]),
      planned,
    );
    expect(strange.notes).toEqual([
      expect.stringMatching(/^SSE: the search ended before its end, for want of time or probes/),
      expect.stringMatching(/^WebSocket: where the limit broke, the driver was the busier end \(95 %, endpoint 90 %\)/),
    ]);
    // What it came to is a rate about there, of which nothing is a multiple.
    const [sse, webSocket] = strange.tables[0]?.rows ?? [];
    expect(sse?.[1]).toMatch(/^≈ [\d,]+$/);
    expect(webSocket?.[1]).toBe('5,910');
    expect([sse?.[3], webSocket?.[3]]).toEqual(['–', '–']);
  });

  test('of which nothing was measured says nothing', () => {
    expect(render([], planned)).toEqual({ lines: [], tables: [], notes: [] });
  });
});

describe('the numbers of searches', () => {
  const [one, other] = [searched(SSE), searched({ knee: 3_300 })];

  test('of several repetitions are their median, between what all of them know', () => {
    const knee = kneeOf([one, other]);
    expect(knee?.perSec).toBe(((one.lowPerSec ?? 0) + (other.lowPerSec ?? 0)) / 2);
    expect(knee?.lowPerSec).toBe(one.lowPerSec);
    expect(knee?.highPerSec).toBe(other.highPerSec);
    expect(kneeOf([{ ...one, lowPerSec: null }])).toBeUndefined();
    expect(kneeOf([{ ...one, highPerSec: null }])?.highPerSec).toBeNull();
  });

  test('of the curve are at shares of each search’s own knee', () => {
    expect(curveOf([one, other], ({ p50Ns }) => p50Ns).map(({ share }) => share)).toEqual([0.5, 0.7, 0.8, 0.9, 0.95]);
    expect(curveOf([searched({ ...SSE, stopAt: 5 })], ({ p50Ns }) => p50Ns)).toEqual([]);
  });

  test('of how busy both ends were are of the rate that broke', () => {
    expect(busyAtHigh([one])).toEqual({ endpoint: 0.9, driver: 0.5 });
    expect(busyAtHigh([{ ...one, highPerSec: null }])).toBeNull();
  });

  test('fit the record’s file, and agree with each other', () => {
    expect(STUDY_DATA.knee.parse(one)).toEqual(one);
    const study = (data: typeof one) =>
      ({ name: 'knee', study: 'knee', steps: [{ index: 0, elapsedNs: 1, status: 'measured', data }] }) as never;
    expect(studyContradictions(study(one))).toEqual([]);
    const [first, ...rest] = one.probes;
    if (first === undefined) throw new Error('a search has probes');
    const lost = { ...first, calls: { ...first.calls, ok: first.calls.ok - 1 } };
    expect(studyContradictions(study({ ...one, probes: [lost, ...rest] })).map(({ key }) => key)).toEqual([
      'probes[0].calls.due',
      'probes[0].calls.ok',
    ]);
    expect(studyContradictions(study({ ...one, lowPerSec: 9_000 })).map(({ key }) => key)).toEqual(['lowPerSec']);
  });
});
