import { describe, expect, it } from 'vitest';
import { fakeRoot } from '../../test/fixtures/fake-root.ts';
import { describeEnvironment } from './environment.ts';
import { governorOf, virtualisationOf } from './hardware.ts';

const FLAGGED = { 'proc/cpuinfo': 'processor\t: 0\nflags\t\t: fpu vme hypervisor lahf_lm\n' };
const BARE = { 'proc/cpuinfo': 'processor\t: 0\nflags\t\t: fpu vme lahf_lm\nmodel name\t: not a hypervisor\n' };
const dmi = (vendor: string, product: string) => ({
  'sys/class/dmi/id/sys_vendor': `${vendor}\n`,
  'sys/class/dmi/id/product_name': `${product}\n`,
  'sys/class/dmi/id/product_serial': 'SECRET-1\n',
  'sys/class/dmi/id/product_uuid': 'SECRET-2\n',
});

describe('virtualisation', () => {
  it.each([
    ['a machine that nothing speaks of', {}, undefined],
    ['bare metal', { ...BARE, ...dmi('Dell Inc.', 'PowerEdge R650') }, undefined],
    ['a flag alone', FLAGGED, 'yes'],
    ['what the kernel names', { ...FLAGGED, 'sys/hypervisor/type': 'xen\n' }, 'xen'],
    ['a product that is a hypervisor’s', { ...BARE, ...dmi('QEMU', 'Standard PC (Q35 + ICH9, 2009)') }, 'KVM or QEMU'],
    ['Hyper-V', { ...FLAGGED, ...dmi('Microsoft Corporation', 'Virtual Machine') }, 'Hyper-V'],
    ['Microsoft’s own hardware', { ...BARE, ...dmi('Microsoft Corporation', 'Surface') }, undefined],
    ['one that only its seller names', { ...FLAGGED, ...dmi('Hetzner', 'vServer') }, 'Hetzner vServer'],
  ])('%s', (_, files, word) => {
    expect(virtualisationOf(fakeRoot(files))).toBe(word);
  });

  it('is one line of plain letters, whatever the firmware says', () => {
    const found = virtualisationOf(fakeRoot({ ...FLAGGED, ...dmi('Evil\u001b[31m\u202e', 'x'.repeat(500)) })) ?? '';
    expect(found).toMatch(/^Evil\[31m x+$/);
    expect(found.length).toBeLessThan(130);
  });
});

describe('governor', () => {
  it('is the first core’s, or not known', () => {
    const root = fakeRoot({ 'sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'powersave\n' });
    expect(governorOf(root)).toBe('powersave');
    expect(governorOf(fakeRoot({}))).toBeUndefined();
  });
});

it('stands in the environment where it is known, and is absent where it is not', () => {
  const known = fakeRoot({ ...FLAGGED, 'sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'performance\n' });
  expect(describeEnvironment('somewhere', [], known)).toMatchObject({ governor: 'performance', virtualisation: 'yes' });
  const none = describeEnvironment('somewhere', [], fakeRoot({}));
  expect(none).not.toHaveProperty('governor');
  expect(none).not.toHaveProperty('virtualisation');
});
