import { expect, test } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { milliseconds } from '../units.ts';
import type { Plan } from './plan.ts';
import { comparePlans } from './same-plan.ts';

const { plan } = fixtureRecord({ blocks: 2 });
const [cell, ...otherCells] = plan.cells;
const withScenario = (changed: Partial<(typeof plan.cells)[number]['scenario']>): Plan => ({
  ...plan,
  cells: [{ ...cell!, scenario: { ...cell!.scenario, ...changed } }, ...otherCells],
});

test('seeds, numbers of trials and words for readers may differ, and keys may come in any order', () => {
  const other = fixtureRecord({ blocks: 5, seed: 3 }).plan;
  const reordered = JSON.parse(JSON.stringify(withScenario({ title: 'Other', shows: 'More.' }))) as Plan;
  const backwards = Object.fromEntries(Object.entries(reordered.cells[0]!.scenario).toReversed());
  for (const same of [
    plan,
    other,
    reordered,
    { ...reordered, cells: [{ ...cell!, scenario: backwards as never }, ...otherCells] },
  ])
    expect(comparePlans(plan, same)).toEqual({
      differences: [],
      cellIds: plan.cells.map(({ id }) => id),
      armIds: ['sse', 'websocket'],
      sameWarmup: true,
    });
});

test('another load, another window', () => {
  const changed = withScenario({ clients: 99, window: { timeNs: milliseconds(7), calls: undefined } });
  const { differences, cellIds } = comparePlans(plan, changed);
  expect(differences).toEqual([`cell "${cell!.id}" differs in clients, window`]);
  expect(cellIds).toEqual(otherCells.map(({ id }) => id));
});

test('cells and arms of only one', () => {
  const narrow = fixtureRecord({ blocks: 1, armIds: ['websocket', 'stdio'], cells: otherCells }).plan;
  const { differences, cellIds, armIds } = comparePlans(plan, narrow);
  expect(differences).toEqual([
    `cell "${cell!.id}" is only in the base`,
    'arm "sse" is only in the base',
    'arm "stdio" is only in the head',
  ]);
  expect([cellIds, armIds]).toEqual([otherCells.map(({ id }) => id), ['websocket']]);
});

test('an arm of the same name that is another', () => {
  const arms = plan.arms.map((arm) => ({ ...arm, variant: { ...arm.variant, tls: true } }));
  expect(comparePlans(plan, { ...plan, arms }).differences).toEqual([
    'arm "sse" differs in tls',
    'arm "websocket" differs in tls',
  ]);
});

test('another warm-up of the processes', () => {
  const quick: Plan = { ...plan, processWarmup: { timeNs: milliseconds(1), calls: 1 } };
  expect(comparePlans(plan, quick)).toMatchObject({
    differences: ['the warm-up of the processes differs, as it does with --quick'],
    sameWarmup: false,
  });
});
