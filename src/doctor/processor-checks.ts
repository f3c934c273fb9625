/** Cores, quotas, frequencies: what the kernel tells about the processor without anything being tried. */
import { join } from 'node:path';
import { allowedCores, expandList } from '../measure/allowed-cores.ts';
import { quotaCores } from '../measure/cgroup.ts';
import { readOrUndefined } from '../measure/system-file.ts';
import { governorOf, virtualisationOf } from '../trial/hardware.ts';
import type { Placement } from '../trial/placement.ts';
import type { Check } from './check.ts';

/** `root` is where `/proc` and `/sys` are; `placement` is where a run would put its processes. */
export const processorChecks = (root: string, placement: Placement): readonly Check[] => [
  cores(root, placement),
  quota(root),
  frequency(root),
  threads(root),
  virtualisation(root),
  clockSource(root),
];

/** With so many the endpoint, the driver, the command and the rest of the machine have one each. */
const ENOUGH_CORES = 4;

function cores(root: string, placement: Placement): Check {
  const allowed = allowedCores(root);
  const name = 'cores';
  if (placement.kind === 'free')
    return {
      name,
      word: 'doubt',
      saw: `endpoint and driver cannot be kept on cores of their own: ${placement.because}`,
      means: 'the same exchange takes a third of the time when both ends happen to share a core',
      todo: 'allow at least two cores, and install taskset (util-linux)',
    };
  const { endpointCpu, driverCpu } = placement;
  const saw = `${allowed.length} may be used; endpoint on core ${endpointCpu}, driver on core ${driverCpu}`;
  if (allowed.length >= ENOUGH_CORES)
    return { name, word: 'ok', saw, means: 'both ends have a core that nothing else of a run needs', todo: '' };
  return {
    name,
    word: 'note',
    saw,
    means: 'the command and everything else on the machine take turns with the two ends; ratios suffer less than times',
    todo: `${ENOUGH_CORES} cores or more keep them apart`,
  };
}

function quota(root: string): Check {
  const name = 'quota';
  const found = quotaCores(root);
  if (found === undefined)
    return { name, word: 'ok', saw: 'no control group limits processor time', means: 'nobody is held up', todo: '' };
  return {
    name,
    word: found < 2 ? 'doubt' : 'note',
    saw: `a control group allows ${found.toFixed(2)} cores`,
    means: 'a run that needs more is held up for the rest of a period, in the middle of a call',
    todo: 'raise the limit (cpu.max, --cpus) to at least two cores, better three',
  };
}

function frequency(root: string): Check {
  const name = 'frequency';
  const governor = governorOf(root);
  const boost = boostOf(root);
  const saw = [`governor ${governor ?? 'not visible'}`, ...(boost === undefined ? [] : [`turbo ${boost}`])].join(', ');
  if (governor === 'performance' && boost !== 'on')
    return { name, word: 'ok', saw, means: 'the clock rate does not follow the load', todo: '' };
  return {
    name,
    word: 'note',
    saw,
    means: 'the clock rate may follow load and heat; pairs measured side by side share it, runs of other days do not',
    todo:
      governor === undefined
        ? 'on a machine of your own: governor performance'
        : 'cpupower frequency-set -g performance',
  };
}

/** [kernel intel_pstate, cpufreq] `no_turbo` is 1 where it is off, `boost` is 1 where it is on. */
function boostOf(root: string): 'on' | 'off' | undefined {
  const noTurbo = readOrUndefined(join(root, 'sys/devices/system/cpu/intel_pstate/no_turbo'))?.trim();
  const boost = readOrUndefined(join(root, 'sys/devices/system/cpu/cpufreq/boost'))?.trim();
  if (noTurbo === undefined && boost === undefined) return undefined;
  return noTurbo === '0' || boost === '1' ? 'on' : 'off';
}

function threads(root: string): Check {
  const name = 'threads';
  const allowed = allowedCores(root).slice(0, 2);
  const [first, second] = allowed;
  const siblings = first === undefined ? undefined : siblingsOf(root, first);
  const saw =
    siblings === undefined
      ? 'not visible'
      : siblings.length > 1
        ? `core ${first} shares its hardware with ${siblings.filter((core) => core !== first).join(', ')}`
        : 'every core has hardware of its own';
  if (siblings === undefined || second === undefined || !siblings.includes(second))
    return {
      name,
      word: 'ok',
      saw,
      means: 'the two ends do not share one core’s hardware, as far as is known',
      todo: '',
    };
  return {
    name,
    word: 'doubt',
    saw,
    means: 'endpoint and driver would be two threads of one core: each slows the other',
    todo: 'turn off simultaneous multithreading, or start under taskset with cores that are apart',
  };
}

function siblingsOf(root: string, core: number): readonly number[] | undefined {
  const list = readOrUndefined(join(root, `sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`))?.trim();
  return list === undefined || list === '' ? undefined : expandList(list);
}

function virtualisation(root: string): Check {
  const name = 'virtualisation';
  const found = virtualisationOf(root);
  if (found === undefined)
    return { name, word: 'ok', saw: 'nothing speaks for a virtual machine', means: 'no neighbours unseen', todo: '' };
  return {
    name,
    word: 'note',
    saw: found === 'yes' ? 'a virtual machine' : `a virtual machine (${found})`,
    means:
      'neighbours on the same host can stop a core without any counter here saying so; the pauses below would show it',
    todo: 'a machine of its own, for numbers that are to be compared with those of other days',
  };
}

/** Read without a call into the kernel, at a cost of some ten nanoseconds. */
const QUICK_SOURCES = ['tsc', 'kvm-clock', 'arch_sys_counter', 'hyperv_clocksource_tsc_page', 'riscv_clocksource'];

function clockSource(root: string): Check {
  const name = 'clock source';
  const folder = join(root, 'sys/devices/system/clocksource/clocksource0');
  const found = readOrUndefined(join(folder, 'current_clocksource'))?.trim();
  if (found === undefined || QUICK_SOURCES.includes(found))
    return {
      name,
      word: 'ok',
      saw: found ?? 'not visible',
      means: 'reading the clock costs next to nothing',
      todo: '',
    };
  return {
    name,
    word: 'doubt',
    saw: found,
    means: 'reading the clock takes a microsecond or more, several times per call',
    todo: 'find out why the kernel has given up on tsc (dmesg | grep -i clocksource)',
  };
}
