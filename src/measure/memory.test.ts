import { describe, expect, test } from 'vitest';
import { collectGarbage, privateDirtyIn, readKernelTcp, readMemory, tcpBuffersIn } from './memory.ts';

const MIB = 2 ** 20;

describe('what the system says of memory', () => {
  test('private pages that were written to, in bytes', () => {
    const rollup = `55d0-7ffc ---p 00000000 00:00 0 [rollup]
Rss:               60188 kB
Private_Clean:     12004 kB
Private_Dirty:     31216 kB
`;
    expect(privateDirtyIn(rollup)).toBe(31_216 * 1_024);
    expect(privateDirtyIn('')).toBeUndefined();
  });

  test('pages of TCP buffers, in bytes', () => {
    const sockstat = 'sockets: used 17\nTCP: inuse 1 orphan 0 tw 14 alloc 1 mem 246\nUDP: inuse 0 mem 3\n';
    expect(tcpBuffersIn(sockstat)).toBe(246 * 4_096);
    expect(tcpBuffersIn('')).toBeUndefined();
  });

  test('is there on Linux, and null elsewhere', () => {
    const isLinux = process.platform === 'linux';
    expect(readKernelTcp() !== null).toBe(isLinux);
    expect(readMemory().privateDirtyBytes !== null).toBe(isLinux);
  });
});

describe('this process', () => {
  test('holds what is held, and no longer what is let go', () => {
    collectGarbage();
    const before = readMemory();
    let held: number[][] | undefined = Array.from({ length: 40 }, () =>
      Array.from({ length: 50_000 }, (_, at) => at + 0.5),
    );
    collectGarbage();
    const holding = readMemory();
    expect(holding.heapUsedBytes - before.heapUsedBytes).toBeGreaterThan(10 * MIB);
    expect(held.length).toBe(40);
    held = undefined;
    collectGarbage();
    const after = readMemory();
    expect(after.heapUsedBytes - before.heapUsedBytes).toBeLessThan(5 * MIB);
    expect(before.rssBytes).toBeGreaterThan(before.nurseryBytes);
    expect(before.nurseryBytes).toBeGreaterThan(0);
  });
});
