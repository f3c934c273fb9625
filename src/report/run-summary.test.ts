import { describe, expect, it } from 'vitest';
import { richRecord, buildsRecord, gateRecord, nothingValidRecord, partialRecord } from '../../test/golden/reports.ts';
import type { RunRecord } from '../result/record.ts';
import { summarise } from '../stats/summarise.ts';
import { findingsOf } from './findings-of.ts';
import { format } from './formats/json.ts';
import { reportOf } from './report-of.ts';
import { parseRunSummary, runSummaryJsonSchema } from './run-summary-schema.ts';

const summaryText = (record: RunRecord): string => format.renderSummary?.(reportOf(record)) ?? '';

describe('the summary of a run', () => {
  it.each([
    ['everything', richRecord()],
    ['two builds', buildsRecord()],
    ['a gate', gateRecord('inconclusive')],
    ['too few pairs', partialRecord()],
    ['nothing valid', nothingValidRecord()],
  ])('keeps to its schema with %s, and loses nothing', (_what, record) => {
    const text = summaryText(record);
    const value: unknown = JSON.parse(text);
    expect(parseRunSummary(value)).toEqual(value);
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('is what the statistics say', () => {
    const record = richRecord();
    const { estimates, comparisons, claims, gate } = parseRunSummary(JSON.parse(summaryText(record)));
    const { cells } = summarise(record);
    const [cell] = cells;
    const p50 = cell?.arms[1]?.metrics['response-time.p50'];
    const about = { cellId: cell?.cell.id, armId: 'websocket', metric: 'response-time.p50' };
    expect(
      estimates.filter(
        (one) => one.cellId === about.cellId && one.armId === about.armId && one.metric === about.metric,
      ),
    ).toEqual([{ ...about, value: p50?.value, low: p50?.low, high: p50?.high, coverage: p50?.coverage, trials: 6 }]);
    const comparison = cell?.comparisons.find(({ metric }) => metric === 'response-time.p50');
    expect(comparisons).toContainEqual({
      cellId: cell?.cell.id,
      armId: 'websocket',
      baseArmId: 'sse',
      metric: 'response-time.p50',
      pairs: 6,
      ratio: comparison?.ratio,
      low95: comparison?.low95,
      high95: comparison?.high95,
      coverage95: comparison?.coverage95,
      word: 'faster',
      smallestDetectable: comparison?.smallestDetectable,
    });
    expect(comparisons).toHaveLength(cells.reduce((sum, one) => sum + one.comparisons.length, 0));
    expect(claims.map(({ id }) => id)).toEqual(reportOf(record).claims.map(({ id }) => id));
    expect(gate).toBeNull();
  });

  it('has null for what so few pairs could not have seen', () => {
    const { comparisons } = findingsOf(reportOf(partialRecord()));
    expect(comparisons.length).toBeGreaterThan(0);
    expect(comparisons.some(({ smallestDetectable }) => smallestDetectable === null)).toBe(true);
  });

  it('is what the record keeps of its end, where it keeps it', () => {
    const record = buildsRecord();
    const kept = {
      estimates: [],
      comparisons: [],
      claims: [{ id: 'x', word: 'confirmed', because: 'so' }],
      gate: null,
    };
    expect(JSON.parse(summaryText({ ...record, findings: kept }))).toMatchObject(kept);
  });
});

describe('its published JSON Schema', () => {
  const schema = runSummaryJsonSchema();

  it('says what it is and requires what is always there', () => {
    expect(Object.keys(schema).slice(0, 3)).toEqual(['$schema', 'title', 'description']);
    expect(schema['properties']).toMatchObject({
      schema: { const: 'mcp-transport-bench/summary' },
      schemaVersion: { const: 1 },
    });
    const keys = Object.keys(JSON.parse(summaryText(richRecord())) as object);
    expect(schema['required']).toEqual(keys);
  });

  it('tolerates unknown keys', () => {
    expect(JSON.stringify(schema)).not.toContain('"additionalProperties":false');
  });
});
