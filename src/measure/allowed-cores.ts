/** The cores that this process may use: a container or `taskset` may leave it fewer than there are. Linux only. */
import { join } from 'node:path';
import { readOrUndefined } from './system-file.ts';

/** Ascending; empty where the system does not tell. */
export function allowedCores(root = '/'): readonly number[] {
  const status = readOrUndefined(join(root, 'proc/self/status')) ?? '';
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
  return list === undefined ? [] : expandList(list);
}

/** `0-2,5` → 0, 1, 2, 5. */
export function expandList(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [first = Number.NaN, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  });
}
