/** How much memory a process holds: read inside it, after its garbage is gone. */
import { readFileSync } from 'node:fs';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Bytes, bytes } from '../units.ts';

/** One process at one moment. */
export interface MemoryReading {
  /** Resident set: the heap, what libraries hold, and the program's own code. */
  readonly rssBytes: Bytes;
  /**
   * Of these, the space that V8 has for young objects. It grows with how fast objects are made, up to some 16 MiB, and keeps
   * its size when they are gone: it says nothing about what is held.
   */
  readonly nurseryBytes: Bytes;
  /** Live objects of JavaScript, and those that are not collected yet. */
  readonly heapUsedBytes: Bytes;
  /** Held by objects of JavaScript outside their heap, buffers included. */
  readonly externalBytes: Bytes;
  /** Pages that this process alone has written to; `null` where the system does not tell. */
  readonly privateDirtyBytes: Bytes | null;
}

const PAGE_BYTES = 4096;

let collect: (() => void) | undefined;

/** The collector by hand, as `--expose-gc` gives it, for a process that was started without. */
function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** Collects all garbage, twice: what the first pass finalises only the second gives back. */
export function collectGarbage(): void {
  collect ??= exposedCollector();
  collect();
  collect();
}

export function readMemory(): MemoryReading {
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    rssBytes: bytes(rss),
    nurseryBytes: nursery(),
    heapUsedBytes: bytes(heapUsed),
    externalBytes: bytes(external),
    privateDirtyBytes: privateDirtyIn(textOf('/proc/self/smaps_rollup')) ?? null,
  };
}

const nursery = (): Bytes =>
  bytes(
    getHeapSpaceStatistics()
      .filter(({ space_name: name }) => name === 'new_space')
      .reduce((sum, { physical_space_size: size }) => sum + size, 0),
  );

/** What the kernel holds in buffers for TCP, on the whole host; `null` where it does not tell. */
export const readKernelTcp = (): Bytes | null => tcpBuffersIn(textOf('/proc/net/sockstat')) ?? null;

/** From the text of `/proc/self/smaps_rollup`, whose sizes are in KiB. */
export function privateDirtyIn(text: string): Bytes | undefined {
  const found = /^Private_Dirty:\s*(\d+) kB$/m.exec(text)?.[1];
  return found === undefined ? undefined : bytes(Number(found) * 1024);
}

/** From the text of `/proc/net/sockstat`, whose `mem` is in pages. */
export function tcpBuffersIn(text: string): Bytes | undefined {
  const found = /^TCP: .*\bmem (\d+)/m.exec(text)?.[1];
  return found === undefined ? undefined : bytes(Number(found) * PAGE_BYTES);
}

/** Empty where there is no such file, which is everywhere but on Linux. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
