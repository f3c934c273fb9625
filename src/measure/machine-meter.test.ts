/** Whose processor time it was, from files like those of Linux. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addFiles, fakeRoot } from '../../test/fixtures/fake-root.ts';
import { seconds } from '../units.ts';
import { quotaCores, readThrottling } from './cgroup.ts';
import { machineUse, readMachine } from './machine-meter.ts';

/** Ticks that each core was busy: user, nice, system; then idle, and interrupts, which belong to nobody. */
const stat = (...cores: readonly (readonly [number, number, number])[]): string =>
  [
    'cpu  9 9 9 9 9 9 9 0 0 0',
    ...cores.map((busy, core) => `cpu${core} ${busy.join(' ')} 5000 10 20 30 40 0 0`),
    'intr 5',
  ].join('\n');

interface Ticks {
  readonly user?: number;
  readonly system?: number;
  readonly childUser?: number;
  readonly childSystem?: number;
}

/** The name holds what could be taken for the end of it. */
const processStat = (pid: number, parent: number, ticks: Ticks = {}): Record<string, string> => {
  const { user = 0, system = 0, childUser = 0, childSystem = 0 } = ticks;
  return {
    [`proc/${pid}/stat`]: `${pid} (a) S 1 (b c) S ${parent} 1 1 0 -1 4194304 7 8 9 10 ${user} ${system} ${childUser} ${childSystem} 20 0 1 0 5 6 7`,
  };
};

const allowed = (list: string): Record<string, string> => ({ 'proc/self/status': `Cpus_allowed_list:\t${list}\n` });

/** From one state of the machine to the next, two seconds later. */
function useBetween(before: Record<string, string>, after: Record<string, string>) {
  const root = fakeRoot(before);
  const begin = readMachine({ root, pid: 10 });
  addFiles(root, after);
  return machineUse(begin, readMachine({ root, pid: 10 }), seconds(2));
}

describe('time of others', () => {
  it('is what the cores were busy, less what was ours: this process, its children, theirs, and those that are gone', () => {
    const use = useBetween(
      {
        'proc/stat': stat([100, 0, 0], [50, 7, 0]),
        ...processStat(10, 1, { user: 20 }),
        ...processStat(11, 10, { user: 5 }),
        ...processStat(12, 11),
        ...processStat(99, 1, { user: 50 }),
      },
      {
        // 300 ticks in two seconds: one core and a half.
        'proc/stat': stat([200, 10, 40], [150, 7, 50]),
        ...processStat(10, 1, { user: 40, system: 10, childUser: 20, childSystem: 10 }),
        ...processStat(11, 10, { user: 15 }),
        ...processStat(12, 11, { system: 30 }),
        ...processStat(99, 1, { user: 950 }),
      },
    );
    // Ours were 20 + 10 + 20 + 10 of the first, 10 of its child, 30 of its grandchild.
    expect(use).toMatchObject({ othersCores: (300 - 100) / 200 });
  });

  it('is none where everything was ours', () => {
    const use = useBetween(
      { 'proc/stat': stat([0, 0, 0]), ...processStat(10, 1) },
      { 'proc/stat': stat([120, 0, 30]), ...processStat(10, 1, { user: 120, system: 30 }) },
    );
    expect(use).toMatchObject({ othersCores: 0 });
  });

  it('counts the cores that we may use, and no others', () => {
    const files = { ...allowed('1,3'), ...processStat(10, 1) };
    const idle: readonly [number, number, number] = [0, 0, 0];
    const busy: readonly [number, number, number] = [200, 0, 0];
    const use = useBetween(
      { ...files, 'proc/stat': stat(idle, idle, idle, idle) },
      { 'proc/stat': stat(busy, [10, 20, 30], busy, [40, 0, 0]) },
    );
    expect(use).toMatchObject({ othersCores: 0.5 });
    // Of 400 ticks on two cores one in 13 is chance.
    expect(use?.resolutionCores).toBeCloseTo((3 * Math.sqrt(400)) / 2 / 200, 9);
  });

  it('is not known without the files, and neither is anything else', () => {
    expect(useBetween({}, {})).toBeUndefined();
  });

  it('never loses a tick, whatever the tree of processes', () => {
    const anyTree = fc.array(fc.record({ parent: fc.nat(), ticks: fc.nat(500) }), { maxLength: 12 });
    fc.assert(
      fc.property(anyTree, (nodes) => {
        // The first is ours; each other hangs on one before it, or on somebody else.
        const pids = nodes.map((_, index) => 10 + index);
        const parents = nodes.map(({ parent }, index) =>
          index === 0 ? 1 : ([...pids.slice(0, index), 1][parent % (index + 1)] ?? 1),
        );
        const isOurs = (index: number): boolean => {
          for (let at = index; at >= 0; at = pids.indexOf(parents[at] ?? 1)) if (at === 0) return true;
          return false;
        };
        const files = nodes.flatMap((node, index) =>
          Object.entries(processStat(10 + index, parents[index] ?? 1, { user: node.ticks })),
        );
        const busy = nodes.reduce((sum, { ticks }) => sum + ticks, 0);
        const others = nodes.reduce((sum, { ticks }, index) => sum + (isOurs(index) ? 0 : ticks), 0);
        const before = nodes.flatMap((_, index) => Object.entries(processStat(10 + index, parents[index] ?? 1)));
        const use = useBetween(
          { ...Object.fromEntries(before), 'proc/stat': stat([0, 0, 0]) },
          { ...Object.fromEntries(files), 'proc/stat': stat([busy, 0, 0]) },
        );
        expect(use?.othersCores).toBeCloseTo(others / 200, 9);
      }),
      { numRuns: 30 },
    );
  });
});

const cpuStat = (periods: number, us: number): string =>
  `usage_usec 5\nnr_periods 100\nnr_throttled ${periods}\nthrottled_usec ${us}\n`;

describe('quotas', () => {
  const second = { 'proc/self/cgroup': '0::/app/web\n' };

  it('are counted in our group and in all above it', () => {
    const root = fakeRoot({
      ...second,
      'sys/fs/cgroup/app/web/cpu.stat': cpuStat(2, 5),
      'sys/fs/cgroup/app/cpu.stat': cpuStat(1, 7),
      'sys/fs/cgroup/cpu.stat': 'usage_usec 5\n',
    });
    expect(readThrottling(root)).toEqual({ periods: 3, throttledNs: 12_000 });
  });

  it('are told in nanoseconds by the first version, and counted once where the mount has two names', () => {
    const first = 'nr_periods 9\nnr_throttled 4\nthrottled_time 77\n';
    const root = fakeRoot({
      'proc/self/cgroup': '4:cpu,cpuacct:/app\n3:memory:/app\n',
      'sys/fs/cgroup/cpu/app/cpu.stat': first,
      'sys/fs/cgroup/cpu,cpuacct/app/cpu.stat': first,
      'sys/fs/cgroup/memory/app/cpu.stat': first,
      'sys/fs/cgroup/cpu/app/cpu.cfs_quota_us': '150000\n',
      'sys/fs/cgroup/cpu/app/cpu.cfs_period_us': '100000\n',
    });
    expect(readThrottling(root)).toEqual({ periods: 4, throttledNs: 77 });
    expect(quotaCores(root)).toBe(1.5);
  });

  it('the tightest is the one that holds', () => {
    const root = fakeRoot({
      ...second,
      'sys/fs/cgroup/app/web/cpu.max': 'max 100000\n',
      'sys/fs/cgroup/app/cpu.max': '200000 100000\n',
      'sys/fs/cgroup/cpu.max': '50000 100000\n',
    });
    expect(quotaCores(root)).toBe(0.5);
    expect(quotaCores(fakeRoot({ ...second, 'sys/fs/cgroup/cpu.max': 'max 100000\n' }))).toBeUndefined();
    expect(quotaCores(fakeRoot({}))).toBeUndefined();
    expect(
      quotaCores(
        fakeRoot({
          'proc/self/cgroup': '2:cpu:/\n',
          'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
          'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
        }),
      ),
    ).toBeUndefined();
  });

  it('what was held up before the window is not its', () => {
    const files = { 'sys/fs/cgroup/cpu.stat': cpuStat(5, 100), 'proc/self/cgroup': '0::/\n' };
    expect(useBetween(files, {})).toEqual({
      othersCores: null,
      resolutionCores: 0,
      throttledPeriods: 0,
      throttledNs: 0,
    });
    expect(useBetween(files, { 'sys/fs/cgroup/cpu.stat': cpuStat(7, 400) })).toMatchObject({
      throttledPeriods: 2,
      throttledNs: 300_000,
    });
  });
});
