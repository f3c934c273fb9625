/** What is said of the driver below a scenario's numbers. */
import { describe, expect, test } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import type { Ceiling, RunRecord } from '../result/record.ts';
import { estimateOf } from '../claims/evidence.ts';
import { summarise } from '../stats/summarise.ts';
import { ceilingNotes } from './ceiling-notes.ts';
import { headerParts } from './header.ts';
import { lagNotes } from './lag-notes.ts';

const RECORD = fixtureRecord({ blocks: 6, armIds: ['sse', 'websocket'] });
const summary = summarise(RECORD);
const cellCalled = (id: string) => {
  const found = summary.cells.find(({ cell }) => cell.id === id);
  if (found === undefined) throw new Error(`the fixture has ${id}`);
  return found;
};
const withPlan = (plan: Partial<RunRecord['plan']>) => summarise({ ...RECORD, plan: { ...RECORD.plan, ...plan } });

describe('how late it was', () => {
  test('is said where a plan says by what calendars were kept, and there is one', () => {
    const paced = withPlan({ pacing: 'spin' });
    const [line, ...more] = lagNotes(
      paced,
      paced.cells.filter(({ cell }) => cell.id === 'chatty-paced'),
    );
    expect(more).toEqual([]);
    expect(line).toMatch(
      /^Sent late by, p50\/p99, pacing spin: SSE [\d.]+ [µm]s\/[\d.]+ [µm]s, WebSocket [\d.]+ [µm]s\/[\d.]+ [µm]s; response times contain it\.$/,
    );
    expect(lagNotes(paced, [cellCalled('chatty')])).toEqual([]);
    expect(lagNotes(summary, summary.cells)).toEqual([]);
  });
});

describe('where processes ran', () => {
  test('is said at the top where it is not as usual', () => {
    expect(headerParts(withPlan({ placement: { kind: 'same' } }))).toContain('endpoint and driver on the same core');
    expect(headerParts(withPlan({ placement: { kind: 'apart' } }))).toEqual(headerParts(summary));
  });
});

describe('how much of what it can it did', () => {
  const rateOf = (armId: string): number => estimateOf(cellCalled('chatty'), armId, 'rate')?.value ?? 0;
  const measured = (armId: string, perSec: number): Ceiling => ({
    armId,
    cellId: 'chatty',
    status: 'measured',
    perSec,
    mirrorBusy: 0.2,
    driverBusy: 0.9,
  });
  const notesOf = (...ceilings: Ceiling[]) => {
    const found = summarise({ ...RECORD, ceilings });
    return ceilingNotes(found, found.cells);
  };

  test('is its rate in shares of that against the mirror', () => {
    const [line, ...more] = notesOf(
      measured('sse', 2 * rateOf('sse')),
      measured('websocket', 0.9 * rateOf('websocket')),
    );
    expect(more).toEqual([]);
    expect(line).toMatch(
      /SSE at 50 % of [\d,]+ calls\/s, WebSocket no slower than against the mirror \(of [\d,]+ calls\/s\)/,
    );
  });

  test('is not known for a reason', () => {
    const because = 'a mirror cannot repeat what is encrypted';
    const none = (armId: string): Ceiling => ({ armId, cellId: 'chatty', status: 'not-measured', because });
    expect(notesOf(none('sse'), none('websocket'))).toEqual([
      'Ceiling of the driver not measured: SSE, WebSocket: a mirror cannot repeat what is encrypted.',
    ]);
    expect(notesOf()).toEqual([]);
  });
});
