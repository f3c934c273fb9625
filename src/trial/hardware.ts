/** What kind of machine this is, as far as Linux tells and as far as it can move a number. Never who it belongs to, and no serial number. */
import { join } from 'node:path';
import { readOrUndefined } from '../measure/system-file.ts';

const CORE = 'sys/devices/system/cpu/cpu0';

/** By which rule the kernel chooses the first core's frequency: `performance`, `powersave`; `undefined` where it does not choose. */
export const governorOf = (root = '/'): string | undefined => wordIn(root, `${CORE}/cpufreq/scaling_governor`);

/**
 * A hypervisor's name, or `yes` where there is one that does not tell its name; `undefined` where nothing speaks for
 * one. The processor's own flag decides; a product's name alone does only where it is known to be a hypervisor's.
 */
export function virtualisationOf(root = '/'): string | undefined {
  const hypervisor = wordIn(root, 'sys/hypervisor/type');
  const product = [wordIn(root, 'sys/class/dmi/id/sys_vendor'), wordIn(root, 'sys/class/dmi/id/product_name')]
    .filter((word) => word !== undefined)
    .join(' ');
  const known = HYPERVISORS.find(([pattern]) => pattern.test(product))?.[1];
  const flagged = /^flags\s*:.*\bhypervisor\b/m.test(readOrUndefined(join(root, 'proc/cpuinfo')) ?? '');
  if (hypervisor !== undefined) return hypervisor;
  if (known !== undefined) return known;
  // A virtual machine names whom it was bought from, which is as good a name as any.
  return flagged ? (product === '' ? 'yes' : product) : undefined;
}

/** By vendor and product as the firmware tells them. */
const HYPERVISORS: readonly (readonly [RegExp, string])[] = [
  [/QEMU|KVM|Standard PC|Bochs/i, 'KVM or QEMU'],
  [/VMware/i, 'VMware'],
  [/VirtualBox|innotek/i, 'VirtualBox'],
  [/Xen|HVM domU/i, 'Xen'],
  [/Microsoft.*Virtual Machine/i, 'Hyper-V'],
  [/Parallels/i, 'Parallels'],
  [/Amazon EC2/i, 'Amazon EC2'],
  [/Google Compute Engine/i, 'Google Compute Engine'],
];

const LONGEST_WORD = 60;

/** One line of plain letters; `undefined` for none. */
function wordIn(root: string, path: string): string | undefined {
  const [line = ''] = (readOrUndefined(join(root, path)) ?? '').split('\n', 1);
  const word = line
    .replaceAll(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, LONGEST_WORD);
  return word === '' ? undefined : word;
}
