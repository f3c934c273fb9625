import { expect, test } from 'vitest';
import type { Control } from '../result/record.ts';
import { nanoseconds } from '../units.ts';
import { Controls } from './controls.ts';

test('once for each block and attempt, on the cores of endpoint and driver; one that could not be measured is left out', async () => {
  const asked: unknown[] = [];
  const told: (readonly Control[])[] = [];
  const { signal } = new AbortController();
  const controls = new Controls({
    placement: { kind: 'pinned', endpointCpu: 2, driverCpu: 5, relayCpu: 5 },
    signal,
    onControls: (all) => told.push(all),
    measure: ({ block, attempt, cores }) => {
      asked.push([block, attempt, cores]);
      const control = { block, attempt, exchanges: 1, p50Ns: nanoseconds(1), cpuUs: 1 };
      return Promise.resolve(block === 1 ? undefined : control);
    },
  });
  for (const [block, attempt] of [
    [0, 0],
    [0, 0],
    [0, 1],
    [0, 1],
    [1, 0],
    [2, 0],
  ] as const)
    await controls.before(block, attempt);
  const cores = { server: 2, client: 5 };
  expect(asked).toEqual([
    [0, 0, cores],
    [0, 1, cores],
    [1, 0, cores],
    [2, 0, cores],
  ]);
  expect(told.map((all) => all.map(({ block, attempt }) => `${block}/${attempt}`))).toEqual([
    ['0/0'],
    ['0/0', '0/1'],
    ['0/0', '0/1', '2/0'],
  ]);
});
