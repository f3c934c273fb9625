import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { toSeconds } from '../units.ts';
import { expandCells } from './cells.ts';
import { listShipped, loadScenario, loadWorkload } from './load-scenario.ts';
import type { Cell } from './scenario.ts';
import { scenarioJsonSchema } from './study-schema.ts';
import { SUITE_ORDER, SUITES } from './suite.ts';

const isWorkload = (name: string): boolean => loadScenario(name).kind === 'workload';

const cellsOfSuite = (quick: boolean): Cell[] =>
  (SUITES['article']?.entries ?? [])
    .filter(({ scenario }) => isWorkload(scenario))
    .flatMap((entry) => expandCells(loadWorkload(entry.scenario), { quick: quick || entry.quick }));

/** Warm-ups and windows of one trial; `Infinity` if one of them has no time to end at. */
const lengthInSeconds = (cells: readonly Cell[]): number =>
  cells
    .flatMap(({ scenario }) => [scenario.warmup.timeNs, scenario.window.timeNs])
    .reduce((sum, timeNs) => sum + (timeNs === undefined ? Number.POSITIVE_INFINITY : toSeconds(timeNs)), 0);

describe('the shipped scenarios', () => {
  it('are those of the suites, and every word of a suite is one', () => {
    expect(
      listShipped()
        .map(({ name }) => name)
        .slice(0, SUITE_ORDER.length),
    ).toEqual(SUITE_ORDER);
  });

  it('fit the time of a trial: 11 s in full, 1.7 s in quick', () => {
    expect(lengthInSeconds(cellsOfSuite(false))).toBeLessThanOrEqual(11);
    expect(lengthInSeconds(cellsOfSuite(true))).toBeLessThanOrEqual(1.7);
  });

  it('have ids of their own', () => {
    const ids = cellsOfSuite(false).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(listShipped())('$name opens with what it shows', ({ path }) => {
    expect(readFileSync(path, 'utf8')).toMatch(/^(?:# .{40,}\n){3,}name: /);
  });

  it.each(listShipped().filter(({ name }) => isWorkload(name)))('$name has a smaller plan', ({ name }) => {
    const parsed = loadWorkload(name);
    const [full, quick] = [expandCells(parsed, { quick: false }), expandCells(parsed, { quick: true })];
    expect(lengthInSeconds(quick)).toBeLessThan(lengthInSeconds(full) / 2);
  });

  it('duplex has each direction alone and both, otherwise the same', () => {
    const scenarios = expandCells(loadWorkload('duplex'), { quick: false }).map(({ scenario }) => scenario);
    const [calls, pushes, both] = scenarios;
    expect(calls).toEqual({ ...both, publish: [] });
    expect(pushes).toEqual({ ...both, load: { kind: 'none' }, scripts: [] });
    expect(both!.scripts.length * both!.publish.length).toBe(1);
  });

  it('fan-out reaches from 1 to 500 subscribers, who all listen, and from 1 to 100 events a second', () => {
    const cells = expandCells(loadWorkload('fan-out'), { quick: false });
    const publications = cells.flatMap(({ scenario }) => scenario.publish);
    const of = (read: (one: (typeof publications)[number]) => number) => [
      Math.min(...publications.map(read)),
      Math.max(...publications.map(read)),
    ];
    expect(of(({ subscribers }) => subscribers)).toEqual([1, 500]);
    expect(of(({ ratePerSec }) => ratePerSec)).toEqual([1, 100]);
    for (const { id, scenario } of cells) {
      expect(scenario.publish[0]?.subscribers, id).toBe(scenario.clients);
      // A median needs five events.
      expect(scenario.publish[0]!.ratePerSec * toSeconds(scenario.window.timeNs!), id).toBeGreaterThanOrEqual(5);
    }
  });

  it('chatty and chatty-paced run the same scripts', () => {
    const [closed] = expandCells(loadWorkload('chatty'), { quick: false });
    const [open] = expandCells(loadWorkload('chatty-paced'), { quick: false });
    expect(open?.scenario.scripts).toEqual(closed?.scenario.scripts);
    expect(open?.scenario.clients).toBe(closed?.scenario.clients);
  });
});

describe('scenarioJsonSchema', () => {
  const schema = scenarioJsonSchema();
  const validator = z.fromJSONSchema(schema);

  it.each(listShipped())('takes $name', ({ path }) => {
    expect(validator.safeParse(parse(readFileSync(path, 'utf8'))).error).toBeUndefined();
  });

  it('refuses a key that the parser does not know', () => {
    const file = parse(readFileSync(listShipped()[0]!.path, 'utf8')) as object;
    expect(validator.safeParse({ ...file, wndow: '1s' }).success).toBe(false);
  });

  it('says what it is, and describes every key', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'mcp-transport-bench scenario',
      anyOf: [{ required: ['name', 'title', 'shows', 'load', 'window'] }, { oneOf: expect.anything() as unknown }],
    });
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node as Record<string, unknown>)) {
        const here = `${path}/${key}`;
        if (path.endsWith('/properties') && !(value as { description?: string }).description) undescribed.push(here);
        visit(value, here);
      }
    };
    visit(schema, '');
    expect(undescribed).toEqual([]);
  });

  it('gives defaults as a file would write them', () => {
    expect(schema).toMatchObject({
      anyOf: [
        { properties: { clients: { default: 1 }, timeout: { default: '5s' }, warmup: { default: '300ms' } } },
        {},
      ],
    });
  });
});
