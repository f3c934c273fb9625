import { describe, expect, test } from 'vitest';
import { bytes } from '../../units.ts';
import { openFilesIn, portsIn, type Room, roomFor, whatStops } from './room.ts';

const PLENTY: Room = { descriptors: 20_000, ports: 28_232, memoryBytes: bytes(8 * 2 ** 30) };
const NEED = { listeners: 9_000, socketsEach: 2 };

describe('what stops so many connections', () => {
  test('nothing, where there is room', () => {
    expect(whatStops(NEED, PLENTY)).toBeUndefined();
  });

  test('nothing that anybody knows of, where the system does not tell', () => {
    expect(whatStops(NEED, { ...PLENTY, descriptors: undefined, ports: undefined })).toBeUndefined();
  });

  test.each<[string, Partial<Room>, RegExp, string]>([
    [
      'descriptors',
      { descriptors: 1_024 },
      /9000 listeners with 2 sockets each need 18032.* may open 1024/,
      'ulimit -n',
    ],
    ['ports', { ports: 17_999 }, /need 18000, the system gives 17999/, 'ip_local_port_range'],
    [
      'memory',
      { memoryBytes: bytes(2 ** 30) },
      /may take 2250 MiB with their clients, 1024 MiB are free/,
      'more memory',
    ],
  ])('%s are named, and what would help', (name, less, because, helps) => {
    const stop = whatStops(NEED, { ...PLENTY, ...less });
    expect(stop?.status).toBe('not-measured');
    expect(stop?.because).toMatch(because);
    expect(stop?.because.startsWith(`${name}: `)).toBe(true);
    expect(stop?.wouldAnswer).toContain(helps);
  });

  test('is exact at the limit', () => {
    expect(whatStops(NEED, { ...PLENTY, descriptors: 18_032 })).toBeUndefined();
    expect(whatStops(NEED, { ...PLENTY, descriptors: 18_031 })).toBeDefined();
    expect(whatStops(NEED, { ...PLENTY, ports: 18_000 })).toBeUndefined();
  });
});

describe('what the system says', () => {
  test('of open files', () => {
    const limits = 'Max cpu time              unlimited            unlimited            seconds\n';
    expect(openFilesIn(`${limits}Max open files            1024                 524288               files\n`)).toBe(
      1_024,
    );
    expect(
      openFilesIn(`${limits}Max open files            unlimited            unlimited            files\n`),
    ).toBeUndefined();
  });

  test('of ports', () => {
    expect(portsIn('32768\t60999\n')).toBe(28_232);
    expect(portsIn('')).toBeUndefined();
  });

  test.runIf(process.platform === 'linux')('of this process, which has room for one more', () => {
    const { descriptors, memoryBytes } = roomFor(process.pid);
    expect(descriptors).toBeGreaterThan(0);
    expect(memoryBytes).toBeGreaterThan(0);
  });

  test('of a process that is not there: nothing', () => {
    expect(roomFor(2 ** 30).descriptors).toBeUndefined();
  });
});
