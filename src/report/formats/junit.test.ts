import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readXml, type XmlElement } from '../../../test/fixtures/xml-reader.ts';
import * as golden from '../../../test/golden/reports.ts';
import type { RunRecord } from '../../result/record.ts';
import { reportOf } from '../report-of.ts';
import { format } from './junit.ts';

const read = (record: RunRecord): XmlElement => readXml(format.render(reportOf(record)));

/** What the schema that Jenkins publishes for JUnit's XML allows, as far as it concerns what is written here. */
const ALLOWED: Readonly<
  Record<string, { readonly attributes: readonly string[]; readonly children: readonly string[] }>
> = {
  testsuites: { attributes: ['name', 'tests', 'failures', 'errors', 'time'], children: ['testsuite'] },
  testsuite: {
    attributes: ['name', 'tests', 'failures', 'errors', 'skipped', 'time', 'timestamp'],
    children: ['properties', 'testcase'],
  },
  properties: { attributes: [], children: ['property'] },
  property: { attributes: ['name', 'value'], children: [] },
  testcase: { attributes: ['classname', 'name', 'time'], children: ['failure', 'error', 'skipped', 'system-out'] },
  failure: { attributes: ['message', 'type'], children: [] },
  error: { attributes: ['message', 'type'], children: [] },
  skipped: { attributes: ['message'], children: [] },
  'system-out': { attributes: [], children: [] },
};

function checkShape({ name, attributes, children }: XmlElement): void {
  expect(Object.keys(attributes), name).toEqual(ALLOWED[name]?.attributes);
  for (const child of children) {
    expect(ALLOWED[name]?.children, name).toContain(child.name);
    checkShape(child);
  }
}

const casesOf = (root: XmlElement): readonly XmlElement[] =>
  root.children.flatMap(({ children }) => children.filter(({ name }) => name === 'testcase'));
const kindOf = ({ children }: XmlElement): string =>
  children.map(({ name }) => name).find((name) => name !== 'system-out') ?? 'ok';
const count = (cases: readonly XmlElement[], kind: string): string =>
  String(cases.filter((one) => kindOf(one) === kind).length);

function checkSums(root: XmlElement): void {
  const all = casesOf(root);
  expect(root.attributes).toMatchObject({
    tests: String(all.length),
    failures: count(all, 'failure'),
    errors: count(all, 'error'),
  });
  for (const suite of root.children) {
    const own = suite.children.filter(({ name }) => name === 'testcase');
    expect(suite.attributes, suite.attributes['name']).toMatchObject({
      tests: String(own.length),
      failures: count(own, 'failure'),
      errors: count(own, 'error'),
      skipped: count(own, 'skipped'),
      timestamp: '2026-11-22T12:00:00',
    });
    const names = own.map(({ attributes }) => attributes['name']);
    expect(new Set(names).size, String(names)).toBe(names.length);
  }
}

describe('JUnit', () => {
  it.each([
    ['judged', golden.gateRecord('fail')],
    ['two builds', golden.buildsRecord()],
    ['not judged', golden.richRecord()],
    ['cut off', golden.partialRecord()],
    ['nothing valid', golden.nothingValidRecord()],
    ['many arms', golden.allArmsRecord()],
  ])('of a run that is %s has the shape of the schema, and its sums are right', (_what, record) => {
    const root = read(record);
    checkShape(root);
    checkSums(root);
    expect(casesOf(root).length).toBeGreaterThan(0);
  });

  it('has one case for each finding, by its word, grouped by what is asked of which scenario', () => {
    const root = read(golden.gateRecord('fail'));
    expect(root.children.map(({ attributes }) => attributes['name'])).toEqual([
      'threshold · tool-calls',
      'pair · tool-calls',
      'baseline · notifications',
      'threshold · the run',
    ]);
    const cases = casesOf(root).map((one) => [one.attributes['name'], kindOf(one)]);
    expect(cases).toHaveLength(10);
    expect(cases).toContainEqual(['endpoint-cpu-per-message<80us · tool-calls · websocket', 'failure']);
    expect(cases).toContainEqual(['within-100ms>=99.9%', 'skipped']);
    expect(cases).toContainEqual(['response-time.p99<5ms · tool-calls · sse', 'ok']);
  });

  it('says by how much a failure fails, and how long was measured for it', () => {
    const [failed] = casesOf(read(golden.gateRecord('fail'))).filter((one) => kindOf(one) === 'failure');
    expect(failed?.children[0]?.attributes['message']).toBe(
      '85.1 µs [84.6–85.5] against 80.0 µs: the whole interval lies above 80.0 µs',
    );
    expect(failed?.children[0]?.text.split('\n')).toContain('limit: 80.0 µs');
    expect(Number(failed?.attributes['time'])).toBeGreaterThan(0);
  });

  it('without a gate has a case for every arm and cell', () => {
    const record = golden.richRecord();
    const cases = casesOf(read(record));
    expect(cases.map(({ attributes }) => attributes['name'])).toEqual(
      record.plan.cells.flatMap(({ id }) => record.plan.arms.map((arm) => `${id} · ${arm.id}`)),
    );
    expect(cases.map(kindOf).every((kind) => kind === 'ok')).toBe(true);
  });

  it('tells what failed from what was measured and may not be shown, and from what cannot be', () => {
    const invalid = casesOf(read(golden.nothingValidRecord()));
    expect(invalid.filter(({ attributes }) => attributes['name']?.endsWith('· sse')).map(kindOf)).not.toContain('ok');
    expect(invalid.map((one) => [one.attributes['name'], kindOf(one)])).toContainEqual(['tool-calls · sse', 'failure']);
    expect(invalid.map((one) => [one.attributes['name'], kindOf(one)])).toContainEqual(['websocket', 'skipped']);
    const all = golden.buildsRecord();
    const broken = all.trials.map((trial) =>
      trial.armId === 'websocket'
        ? ({
            index: trial.index,
            block: trial.block,
            armId: trial.armId,
            status: 'failed',
            error: 'no\nserver',
            measurements: [],
          } as const)
        : trial,
    );
    const cases = casesOf(read({ ...all, trials: broken }));
    const [error] = cases.filter((one) => kindOf(one) === 'error');
    expect(error?.attributes['name']).toBe('tool-calls · websocket');
    expect(error?.children[0]?.attributes['message']).toMatch(
      /^no valid measurement in \d trials: trial \d+ failed: no\\nserver$/,
    );
    expect(error?.children.find(({ name }) => name === 'system-out')?.text).toContain('failed: no');
  });

  it('keeps any text to itself', () => {
    const strange = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.oneof(strange, fc.constantFrom(']]>', '"/><testcase/>', '&#0;', '\u0000\ufffe\ud800')), (text) => {
        const root = read(golden.strangeGateRecord(`${text}<&">`));
        checkShape(root);
        checkSums(root);
      }),
      { numRuns: 20 },
    );
  });
});
