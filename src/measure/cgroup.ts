/** Control groups of Linux, as far as they limit processor time: what the quota is, and how often it has held us up. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Nanoseconds, nanoseconds } from '../units.ts';
import { readOrUndefined } from './system-file.ts';

/** Since the groups were made, over this process's group and all above it: a quota may stand at any of them. */
export interface Throttling {
  readonly periods: number;
  readonly throttledNs: Nanoseconds;
}

export const NOT_THROTTLED: Throttling = { periods: 0, throttledNs: nanoseconds(0) };

/** `undefined` where no group tells. */
export function readThrottling(root = '/'): Throttling | undefined {
  const stats = groupsOf(root).flatMap((folder) => {
    const text = readOrUndefined(join(folder, 'cpu.stat'));
    return text !== undefined && /^nr_throttled /m.test(text) ? [text] : [];
  });
  if (stats.length === 0) return undefined;
  return stats.map(parseThrottling).reduce((sum, one) => ({
    periods: sum.periods + one.periods,
    throttledNs: nanoseconds(sum.throttledNs + one.throttledNs),
  }));
}

/** [kernel cgroup-v2] `throttled_usec`; of the first version `throttled_time`, in nanoseconds. */
function parseThrottling(text: string): Throttling {
  const value = (key: string): number => Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    periods: value('nr_throttled'),
    throttledNs: nanoseconds(value('throttled_usec') * 1_000 + value('throttled_time')),
  };
}

/** Cores that the tightest quota allows, 0.5 for half of one; `undefined` without a quota. */
export function quotaCores(root = '/'): number | undefined {
  const quotas = groupsOf(root).flatMap((folder) => quotaOf(folder) ?? []);
  return quotas.length === 0 ? undefined : Math.min(...quotas);
}

function quotaOf(folder: string): number | undefined {
  const [quota, period] = readOrUndefined(join(folder, 'cpu.max'))?.trim().split(' ') ?? [
    readOrUndefined(join(folder, 'cpu.cfs_quota_us'))?.trim(),
    readOrUndefined(join(folder, 'cpu.cfs_period_us'))?.trim(),
  ];
  const cores = Number(quota) / Number(period);
  // `max`, or −1, is none.
  return Number.isFinite(cores) && cores > 0 ? cores : undefined;
}

/** The folders of this process's groups for processor time, of both versions, and of all above them. */
function groupsOf(root: string): readonly string[] {
  const lines = (readOrUndefined(join(root, 'proc/self/cgroup')) ?? '').split('\n');
  return lines.flatMap((line) => {
    const [number, controllers = '', ...path] = line.split(':');
    // Of several names for one mount the first that is there: what it tells is not to be counted twice.
    const mount = mountsOf(number === '0' && controllers === '' ? undefined : controllers)
      .map((name) => join(root, 'sys/fs/cgroup', name))
      .find((folder) => existsSync(folder));
    return mount === undefined ? [] : upwards(mount, path.join(':'));
  });
}

/** Below `/sys/fs/cgroup`; `undefined` for the second version, which has one for all controllers. */
function mountsOf(controllers: string | undefined): readonly string[] {
  if (controllers === undefined) return ['unified', ''];
  return controllers.split(',').includes('cpu') ? ['cpu', controllers] : [];
}

/** `/a/b` below a mount: itself, `/a` and the mount. A group that the container hides has no folder, and nothing to tell. */
function upwards(mount: string, path: string): string[] {
  const folders: string[] = [];
  for (let at = join('/', path); ; at = dirname(at)) {
    folders.push(join(mount, at));
    if (at === '/') return folders;
  }
}
