import { expect, test } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { bytes } from '../units.ts';
import type { Environment } from './record.ts';
import { machineDifferences } from './same-machine.ts';

const { environment } = fixtureRecord({ blocks: 1 });

test('the same machine, whatever its load and the packages', () => {
  const later: Environment = { ...environment, loadAverage: 3, packages: { ws: '9.0.0' } };
  expect(machineDifferences(environment, later)).toEqual([]);
  expect(
    machineDifferences(environment, { ...environment, memoryBytes: bytes(environment.memoryBytes * 0.985) }),
  ).toEqual([]);
});

test.each<[string, Partial<Environment>]>([
  ['cpuModel', { cpuModel: 'Another' }],
  ['cores', { cores: 4 }],
  ['arch', { arch: 'arm64' }],
  ['platform', { platform: 'darwin' }],
  ['kernel', { kernel: '6.19.0' }],
  ['node', { node: '22.0.0' }],
  ['v8', { v8: '12' }],
  ['governor', { governor: 'performance' }],
  ['virtualisation', { virtualisation: 'KVM' }],
  ['memoryBytes', { memoryBytes: bytes(environment.memoryBytes / 2) }],
  ['nodeFlags', { nodeFlags: ['--no-opt'] }],
  ['placement', { placement: 'left to the scheduler: there is one core' }],
])('%s', (field, changed) => {
  const [difference, ...more] = machineDifferences(environment, { ...environment, ...changed });
  expect(more).toEqual([]);
  expect(difference?.field).toBe(field);
  expect(difference?.base).not.toBe(difference?.head);
});
