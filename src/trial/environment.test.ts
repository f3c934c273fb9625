import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { expandList } from '../measure/allowed-cores.ts';
import { SDK_PACKAGE } from '../sdk/package.ts';
import { describeEnvironment, versionsOf } from './environment.ts';
import { choosePlacement, placementWords } from './placement.ts';

describe('the machine', () => {
  test.each([
    ['0', [0]],
    ['0-3', [0, 1, 2, 3]],
    ['0-1,5,8-9', [0, 1, 5, 8, 9]],
    ['7-7', [7]],
  ])('cores %s', (list, cores) => {
    expect(expandList(list)).toEqual(cores);
  });

  test('placement is two different cores, or a reason', () => {
    const placement = choosePlacement();
    if (placement.kind === 'pinned') expect(placement.endpointCpu).not.toBe(placement.driverCpu);
    expect(placementWords(placement, { arms: [] })).toMatch(
      /^(endpoint on core \d+, driver on core \d+|left to the scheduler: .+)$/,
    );
    const [arm] = fixtureRecord({ blocks: 1, armIds: ['sse+wan'], cells: [] }).plan.arms;
    expect(
      placementWords({ kind: 'pinned', endpointCpu: 0, driverCpu: 1, relayCpu: 2 }, { arms: [arm!], awake: true }),
    ).toBe('endpoint on core 0, driver on core 1, relay on core 2, cores kept from idling');
    expect(placementWords({ kind: 'free', because: 'there is one core' }, { arms: [] })).toBe(
      'left to the scheduler: there is one core',
    );
  });

  test('the environment names versions, and no person or host', async () => {
    const environment = describeEnvironment('somewhere', []);
    expect(environment).toMatchObject({ node: process.versions.node, placement: 'somewhere' });
    expect(Object.keys(environment.packages)).toEqual([
      'ws',
      'eventsource',
      'eventsource-parser',
      'undici',
      'hdr-histogram-js',
    ]);
    for (const version of Object.values(environment.packages)) expect(version).toMatch(/^\d+\.\d+\.\d+/);
    const { hostname, userInfo } = await import('node:os');
    const values = JSON.stringify(environment).match(/"[^"]*"/g) ?? [];
    expect(values).not.toContain(`"${hostname()}"`);
    expect(values).not.toContain(`"${userInfo().username}"`);
  });

  test('the official client is named where it drives, and only there', () => {
    const arms = fixtureRecord({ blocks: 1 }).plan.arms;
    const named = (client: 'stock' | 'sdk') =>
      describeEnvironment(
        'somewhere',
        arms.map((arm) => ({ ...arm, variant: { ...arm.variant, client } })),
      ).packages[SDK_PACKAGE];
    expect(named('stock')).toBeUndefined();
    expect(named('sdk')).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('a package that is not installed has no version, and is no failure', () => {
    const elsewhere = pathToFileURL(join(tmpdir(), 'nothing-is-installed-here.js')).href;
    expect(versionsOf([SDK_PACKAGE, 'ws'], elsewhere)).toEqual({});
  });
});
