import { ownUse } from '../../test/fixtures/process-use.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { distributionOf, fixtureRecord, withMeasurements, withTrials } from '../../test/fixtures/record.ts';
import { concludeFrom } from '../cli/findings.ts';
import { parseRecord, serialiseRecord } from '../result/codec.ts';
import { compareOnFile, type Difference } from '../result/differences.ts';
import type { Findings, GateVerdict } from '../result/findings.ts';
import type { Measurement, RunRecord } from '../result/record.ts';
import { placeText } from '../scenario/scenario-error.ts';
import { nanoseconds } from '../units.ts';
import { inconsistenciesOf } from './record-checks.ts';
import { verifyRecord } from './verify-record.ts';

/** What a judge might say: every kind of value that a verdict can hold. */
const VERDICT: GateVerdict = {
  word: 'fail',
  findings: [
    {
      kind: 'threshold',
      name: 'tool-calls response-time.p50 < 1ms',
      cellId: 'tool-calls',
      armId: 'sse',
      metric: 'response-time.p50',
      word: 'fail',
      difference: null,
      unit: 'ns',
      value: 250_000.25,
      low: 240_000,
      high: null,
      limit: 200_000,
      smallestDetectable: null,
      count: 6,
      because: 'its interval lies above the limit',
    },
  ],
  notes: ['stopped after 6 blocks', 'nothing was measured again'],
};

const conclude = (record: RunRecord): Findings => ({ ...concludeFrom(record), gate: VERDICT });
const finished = (record: RunRecord): RunRecord => ({ ...record, findings: conclude(record) });
/** As somebody reads it who was handed the file. */
const onFile = (record: RunRecord): RunRecord => parseRecord(serialiseRecord(record), 'x.json');

const SMALL = onFile(finished(fixtureRecord({ blocks: 2, cells: FIXTURE_CELLS.slice(0, 3) })));
const WHOLE = onFile(finished(fixtureRecord()));

const COUNTS: ReadonlySet<unknown> = new Set(['pairs', 'trials', 'count']);

type Path = readonly (string | number)[];
type Json = Record<string | number, unknown>;

/** The way to every number, word and null. */
function leavesOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, one]) =>
    leavesOf(one, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** The neighbour of a number among those that a double can be. */
function nextAfter(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + 1n);
  return view.getFloat64(0);
}

/** What the format wants whole is one more; the rest changes by its last bit. */
function changed(key: string | number, value: unknown): unknown {
  if (typeof value === 'number') return COUNTS.has(key) ? value + 1 : nextAfter(value);
  return value === null ? 0 : `${JSON.stringify(value)}.`;
}

/** The record with one thing in its findings changed as little as can be. */
function tampered(record: RunRecord, path: Path): RunRecord {
  const copy = { ...record, findings: structuredClone(record.findings) };
  const parent = path.slice(0, -1).reduce<Json>((at, key) => at[key] as Json, copy.findings as unknown as Json);
  const last = path.at(-1)!;
  parent[last] = changed(last, parent[last]);
  return copy;
}

/** Of the one thing that differs: where it is, without what it is about. */
function onlyDifference(record: RunRecord): string {
  const { inconsistencies, findings } = verifyRecord(record, conclude);
  expect(inconsistencies).toEqual([]);
  expect(findings?.differences).toHaveLength(1);
  return findings?.differences.map(whereOf)[0] ?? '';
}

const whereOf = ({ what }: Difference): string => what.replace(/ \(.*\)$/, '');

describe('findings', () => {
  test('of a record that nobody edited agree, and none is left out', () => {
    for (const record of [SMALL, WHOLE]) {
      const { inconsistencies, findings } = verifyRecord(record, conclude);
      expect(inconsistencies).toEqual([]);
      expect(findings).toMatchObject({ differences: [], agreeing: leavesOf(record.findings).length });
    }
    expect(WHOLE.findings?.comparisons.length).toBeGreaterThan(50);
  });

  test('every single one that is changed by its last bit, or a letter, is reported, and nothing else', () => {
    const leaves = leavesOf(SMALL.findings);
    expect(leaves.length).toBeGreaterThan(800);
    const recomputed = conclude(SMALL);
    for (const path of leaves) {
      const { differences } = compareOnFile(tampered(SMALL, path).findings, recomputed, ['findings']);
      expect(differences.map(whereOf)).toEqual([placeText(['findings', ...path])]);
    }
  });

  test('any of a whole run, through the file', () => {
    const path = fc.constantFrom(...leavesOf(WHOLE.findings).filter((one) => !isWord(one)));
    fc.assert(
      fc.property(path, (one) => {
        expect(onlyDifference(onFile(tampered(WHOLE, one)))).toBe(placeText(['findings', ...one]));
      }),
      { numRuns: 10 },
    );
  });

  test('both values are shown with all their digits, and what they are about', () => {
    const at = SMALL.findings!.estimates.findIndex(
      ({ cellId, armId, metric }) => cellId === 'tool-calls' && armId === 'sse' && metric === 'rate',
    );
    const { value } = SMALL.findings!.estimates[at]!;
    const { findings } = verifyRecord(tampered(SMALL, ['estimates', at, 'value']), conclude);
    expect(findings?.differences).toEqual([
      {
        what: `findings.estimates[${at}].value (tool-calls, sse, rate)`,
        got: String(nextAfter(value)),
        expected: String(value),
      },
    ]);
  });

  test('an entry that is taken out, put in or said twice is one difference, and the others still agree', () => {
    const { estimates, gate } = SMALL.findings!;
    const withFindings = (findings: Partial<Findings>): RunRecord => ({
      ...SMALL,
      findings: { ...SMALL.findings!, ...findings },
    });
    const foreign = { ...estimates[0]!, armId: 'carrier' };
    expect(onlyDifference(withFindings({ estimates: estimates.toSpliced(4, 1) }))).toBe('findings.estimates[4]');
    expect(onlyDifference(withFindings({ estimates: [foreign, ...estimates] }))).toBe('findings.estimates[0]');
    expect(onlyDifference(withFindings({ estimates: [...estimates, estimates[2]!] }))).toBe(
      `findings.estimates[${estimates.length}]`,
    );
    expect(onlyDifference(withFindings({ gate: { ...gate!, notes: [gate!.notes[0]!] } }))).toBe(
      'findings.gate.notes[1]',
    );
    expect(onlyDifference(withFindings({ gate: null }))).toBe('findings.gate');
  });

  test('that a record does not have cannot be compared', () => {
    const { findings: _findings, ...without } = SMALL;
    expect(verifyRecord(without, conclude)).toEqual({ inconsistencies: [], findings: null });
  });
});

/** Where the format allows certain words only, another one is no record at all. */
const isWord = (path: Path): boolean =>
  ['word', 'metric', 'kind', 'difference', 'unit'].includes(String(path.at(-1))) && path[0] !== 'claims';

/** Inconsistencies of a record with one kind of its measurements edited by hand, as far as it can be read. */
function inconsistenciesAfter(
  edit: (measurement: Measurement) => Partial<Measurement>,
  cellId = 'tool-calls',
): readonly string[] {
  const edited = withMeasurements(SMALL, (one, { index }) =>
    one.cellId === cellId && index === 0 ? { ...one, ...edit(one) } : one,
  );
  return verifyRecord(onFile(edited), conclude).inconsistencies.map(({ what }) =>
    what.replace(/^trials\[0\]\.measurements\[\d\]\.?/, ''),
  );
}

describe('trials', () => {
  test('whose histograms have changed places between two arms do not come to what is stated', () => {
    const [first, second] = SMALL.trials;
    const swapped = withTrials(SMALL, (trial) => {
      const other = trial.index === 0 ? second : trial.index === 1 ? first : undefined;
      return other === undefined ? trial : { ...trial, measurements: other.measurements };
    });
    const places = (verifyRecord(onFile(swapped), conclude).findings?.differences ?? []).map(({ what }) => what);
    expect(places).toContainEqual(
      expect.stringMatching(/^findings\.estimates.*\(tool-calls, sse, response-time\.p50\)$/),
    );
    expect(places).toContainEqual(
      expect.stringMatching(/^findings\.comparisons.*\(tool-calls, websocket, sse, response-time\.p50\)$/),
    );
  });

  test('that are completed have been through all cells', () => {
    const cut = withTrials(SMALL, (trial) => ({ ...trial, measurements: trial.measurements.slice(1) }));
    expect(verifyRecord(cut, conclude).inconsistencies).toContainEqual({
      what: 'trials[0].measurements',
      got: `no "${SMALL.trials[0]!.measurements[0]!.cellId}"`,
      expected: 'a measurement of every planned cell, for the trial is completed',
    });
  });

  test('that nobody edited are consistent', () => {
    expect(inconsistenciesAfter(() => ({}))).toEqual([]);
  });

  test.each<[string, (measurement: Measurement) => Partial<Measurement>]>([
    [
      'responseTime.meanNs',
      ({ responseTime }) => ({ responseTime: { ...responseTime, meanNs: nanoseconds(responseTime.meanNs + 2) } }),
    ],
    ['within100ms', ({ calls }) => ({ within100ms: 1 - 1 / calls.due })],
    ['within100ms', () => ({ within100ms: 0.123 })],
    ['within100ms', () => ({ within100ms: null })],
    ['clients', ({ clients }) => ({ clients: clients + 1 })],
    ['driver.gcMaxNs', ({ driver }) => ({ driver: { ...driver, gcMaxNs: nanoseconds(driver.gcTotalNs + 2) } })],
    [
      'endpoint.gcMaxNs',
      ({ endpoint }) => {
        const use = ownUse(endpoint);
        return { endpoint: { ...use, gcMaxNs: nanoseconds(use.gcTotalNs + 2) } };
      },
    ],
    ['hiccups.maxNs', ({ hiccups }) => ({ hiccups: { ...hiccups, maxNs: nanoseconds(hiccups.totalNs + 1) } })],
    ['doubts (errors)', ({ doubts }) => ({ doubts: [...doubts, { kind: 'errors', count: 1, example: '' }] })],
    [
      'doubts (lost-notifications)',
      ({ doubts }) => ({ doubts: [...doubts, { kind: 'lost-notifications', count: 3 }] }),
    ],
    ['doubts (wrong-answers)', ({ calls }) => ({ calls: { ...calls, misrouted: 1 } })],
    ['doubts (hiccup)', ({ doubts }) => ({ doubts: [...doubts, { kind: 'hiccup', maxNs: nanoseconds(3e7) }] })],
    ['doubts (hiccup)', () => ({ hiccups: { maxNs: nanoseconds(3e7), totalNs: nanoseconds(3e7) } })],
    ['doubts (driver-saturated)', ({ driver }) => ({ driver: { ...driver, utilisation: 0.9 } })],
    ['offeredPerSec', ({ offeredPerSec }) => ({ offeredPerSec: Number(offeredPerSec) + 1 })],
    ['achievedPerSec', ({ achievedPerSec }) => ({ achievedPerSec: achievedPerSec * 1.01 })],
    [
      'relay.p50Ns',
      () => ({ relay: { chunks: 9, p50Ns: nanoseconds(3), p99Ns: nanoseconds(2), maxNs: nanoseconds(2) } }),
    ],
    [
      'relay.p99Ns',
      () => ({ relay: { chunks: 9, p50Ns: nanoseconds(1), p99Ns: nanoseconds(3), maxNs: nanoseconds(2) } }),
    ],
    ['sendLag.count', ({ calls }) => ({ sendLag: distributionOf(Array(calls.ok + 1).fill(0)) })],
    ['deliveryFromDue.count', () => ({ deliveryFromDue: distributionOf([1]) })],
    [
      'responseTime.minNs',
      ({ responseTime }) => {
        const serviceNs = Array.from({ length: responseTime.count }, () => Math.round(responseTime.meanNs));
        return { serviceTime: distributionOf(serviceNs), sendLag: distributionOf([]) };
      },
    ],
    [
      'responseTime.maxNs',
      ({ responseTime: { count, meanNs } }) => ({
        responseTime: distributionOf(Array(count).fill(Math.round(meanNs))),
        sendLag: distributionOf([]),
      }),
    ],
  ])('an edited number stands out: %s', (place, edit) => {
    expect(inconsistenciesAfter(edit)).toContain(place);
  });

  test('a rate that was offered without a calendar, and receivers that are more than the events, stand out', () => {
    expect(SMALL.plan.cells.map(({ id }) => id)).toContain('tool-calls');
    const record = withMeasurements(WHOLE, (one) => ({
      ...one,
      offeredPerSec: 7,
      fanOut: one.fanOut && { ...one.fanOut, median: distributionOf([1]), spread: distributionOf([1]) },
    }));
    const places = new Set(
      verifyRecord(onFile(record), conclude).inconsistencies.map(({ what }) => what.replace(/^.*\d\]\./, '')),
    );
    expect(places).toEqual(
      new Set(['offeredPerSec', 'doubts (rate-not-reached)', 'fanOut.spread.count', 'fanOut.last.count']),
    );
  });

  /** Calls that took so long, and a share of them that is said to have been answered within 100 ms. */
  const within = (valuesNs: readonly number[], share: number) =>
    inconsistenciesAfter(({ calls }) => {
      const times = distributionOf(valuesNs);
      return {
        elapsedNs: nanoseconds(1e12),
        calls: { ...calls, due: valuesNs.length, ok: valuesNs.length },
        responseTime: times,
        serviceTime: times,
        sendLag: distributionOf([]),
        within100ms: share,
      };
    }).filter((place) => !place.endsWith('PerSec'));

  test('have as many calls within 100 ms as their histogram, at the edge as far as a bucket tells', () => {
    const [fast, edge, slow] = [99_900_000, 100_000_000, 101_000_000];
    expect(within([fast, edge, slow, slow], 0.5)).toEqual([]);
    expect(within([fast, fast, slow, slow], 0.25)).toEqual(['within100ms']);
    // Its bucket reaches beyond the edge: it may be on either side.
    expect(within([fast, edge, slow, slow], 0.25)).toEqual([]);
    expect(within([fast, edge, slow, slow], 0.75)).toEqual(['within100ms']);
    expect(within([slow, slow], 0)).toEqual([]);
    expect(within([slow, slow], 1)).toEqual(['within100ms']);
    expect(within([fast], 1)).toEqual([]);
  });

  test('have no more events with a median receiver than with a first', () => {
    const first = { first: distributionOf([1]) };
    const record = withMeasurements(WHOLE, (one) => ({ ...one, fanOut: one.fanOut && { ...one.fanOut, ...first } }));
    const places = new Set(inconsistenciesOf(record).map(({ what }) => what.replace(/^.*\d\]\./, '')));
    expect(places).toEqual(new Set(['fanOut.median.count']));
  });

  test('nothing follows from books that say that they do not balance', () => {
    const doubt = { kind: 'books-do-not-balance', detail: 'bytes' } as const;
    expect(inconsistenciesAfter(() => ({ clients: 99, doubts: [doubt] }))).toEqual([]);
  });
});

test('a run ends after it began, and has an end', () => {
  const places = (change: Partial<RunRecord>): readonly string[] =>
    verifyRecord(onFile({ ...SMALL, ...change }), conclude).inconsistencies.map(({ what }) => what);
  expect(places({ finishedAt: '2026-11-22T11:59:59.000Z' })).toEqual(['finishedAt']);
  expect(places({ finishedAt: null })).toEqual(['finishedAt']);
  expect(places({ finishedAt: null, status: 'running' })).toEqual([]);
});

describe('what a run says of itself', () => {
  const whole = fixtureRecord({ blocks: 3, cells: FIXTURE_CELLS.slice(0, 1) });
  const seen = (record: RunRecord) => inconsistenciesOf(record).map(({ what, got }) => `${what}: ${got}`);

  test('a whole one is complete; without a trial, a block, or all of them it is not', () => {
    expect(seen(whole)).toEqual([]);
    for (const kept of [whole.trials.slice(1), whole.trials.filter(({ block }) => block !== 1), []])
      expect(seen({ ...whole, trials: kept })).toContain('status: complete');
    expect(seen({ ...whole, status: 'partial', trials: whole.trials.slice(1) })).toEqual([]);
    expect(seen({ ...whole, status: 'failed' })).toEqual(['status: failed']);
  });

  test('attempts count from 0, and are no more than the plan allows', () => {
    const again = (attempts: readonly number[], reruns: number): RunRecord => ({
      ...whole,
      plan: { ...whole.plan, gate: { thresholds: [], reruns } },
      trials: whole.trials.flatMap((trial) =>
        trial.block === 0 ? attempts.map((attempt) => ({ ...trial, attempt })) : [trial],
      ),
    });
    expect(seen(again([0, 1, 2], 2))).toEqual([]);
    expect(seen(again([1, 2], 2))).toEqual(['trials of block 0: no attempt 0']);
    expect(seen(again([0, 1, 2], 1))).toEqual(['trials: 2 attempts more than blocks']);
  });
});
