import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/fixtures/command.ts';
import { findBrowser, lastLineOf, readIdentity } from './browser.ts';
import { descriptorLimit, openDescriptors, portsPerAddress } from './descriptors.ts';
import { limitOf } from './in-browser.ts';
import { nameLimit } from './name-limit.ts';
import { subjectOf, wayOf, waysOf } from './ways.ts';

describe('finding a browser', () => {
  it('takes the one that was asked for, else the first on the PATH that may be executed', () => {
    const folder = temporaryFolder();
    const [empty, full] = [join(folder, 'empty'), join(folder, 'full')];
    for (const path of [empty, full]) mkdirSync(path);
    expect(findBrowser('/opt/mine', full)).toBe('/opt/mine');
    writeFileSync(join(full, 'chromium'), '');
    chmodSync(join(full, 'chromium'), 0o644);
    expect(findBrowser(undefined, [empty, full].join(delimiter))).toBeUndefined();
    chmodSync(join(full, 'chromium'), 0o755);
    expect(findBrowser(undefined, [empty, full].join(delimiter))).toBe(join(full, 'chromium'));
    expect(findBrowser(undefined, '')).toBeUndefined();
  });

  it.each([
    ['Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)\n', 'Chromium', '156.0.8078.79'],
    ['Google Chrome 140.0.7339.80 \n', 'Google Chrome', '140.0.7339.80'],
    ['a warning\nBrave Browser 1.2.3\n', 'Brave Browser', '1.2.3'],
  ])('reads %j', (said, name, version) => {
    expect(readIdentity(said)).toEqual({ name, version });
  });

  it('reads no version where none is told', () => {
    expect(readIdentity('usage: thing [options]\n')).toBeUndefined();
    expect(readIdentity('')).toBeUndefined();
  });

  it('passes on the last words that mean something, without the path', () => {
    expect(lastLineOf('/opt/x/browser: cannot open\n[1:2:ERROR:dbus/bus.cc(1)] no bus\n\n', '/opt/x/browser')).toBe(
      'the browser: cannot open',
    );
    expect(lastLineOf('', '/opt/x/browser')).toBe('');
  });
});

describe('the limit of a browser', () => {
  const seen = (opened: number, next: 'none' | 'waits' | 'fails', streams = opened) => ({
    full: { at: 'full', opened, next, plain: { passed: false, elapsedMs: 1 } } as const,
    count: { open: opened, sockets: 1, received: { streams, plain: 0 } },
    nextOpens: next === 'waits' ? true : null,
  });

  it('is none when all opened', () => {
    expect(limitOf(seen(50, 'none'), undefined)).toEqual({ kind: 'none' });
  });

  it('is the browser’s when the next request was not sent', () => {
    expect(limitOf(seen(6, 'waits'), undefined)).toEqual({ kind: 'client', how: 'waits', nextOpens: true });
    expect(limitOf(seen(256, 'waits'), 1_000)).toEqual({ kind: 'client', how: 'waits', nextOpens: true });
    expect(limitOf(seen(255, 'fails'), undefined)).toEqual({ kind: 'client', how: 'fails', nextOpens: null });
  });

  it('is the server’s when the browser stopped where the server had said', () => {
    expect(limitOf(seen(100, 'waits'), 100)).toEqual({ kind: 'server-setting', allowed: 100 });
  });

  it('is neither when the server had received the next one', () => {
    expect(limitOf(seen(6, 'waits', 7), undefined)).toEqual({
      kind: 'refused',
      said: 'stream 7 reached the server and did not open',
    });
  });
});

describe('the limit of a Node client', () => {
  const usual = { clientLimit: 1_024, server: { open: 500, limit: 1_024 }, givenBack: 10 };

  it.each<[said: string, limit: ReturnType<typeof nameLimit>]>([
    ['WebSocket: connect EMFILE 127.0.0.1:1', { kind: 'descriptors', of: 'client', limit: 1_024 }],
    ['connect ENFILE', { kind: 'descriptors', of: 'client', limit: 1_024 }],
    ['endpoint: EMFILE: too many open files', { kind: 'descriptors', of: 'server', limit: 1_024 }],
    ['connect EADDRNOTAVAIL 127.0.0.1:1', { kind: 'ports' }],
    ['connect ENOBUFS', { kind: 'memory', budgetBytes: null }],
    ['read ECONNRESET', { kind: 'refused', said: 'read ECONNRESET' }],
  ])('%s', (said, limit) => {
    expect(nameLimit({ ...usual, said })).toEqual(limit);
  });

  it('is the server’s descriptors when it has none left, whatever the client sees of that', () => {
    const said = 'the connection was closed while it opened';
    const at = (open: number) => nameLimit({ ...usual, said, server: { open, limit: 1_024 } });
    expect(at(1_014)).toEqual({ kind: 'descriptors', of: 'server', limit: 1_024 });
    expect(at(1_013)).toEqual({ kind: 'refused', said });
    expect(nameLimit({ ...usual, said, server: { open: undefined, limit: undefined } })).toEqual({
      kind: 'refused',
      said,
    });
  });
});

describe('what the system tells', () => {
  it('of this process', () => {
    expect(openDescriptors(process.pid)).toBeGreaterThan(3);
    expect(descriptorLimit(process.pid)).toBeGreaterThan(openDescriptors(process.pid) ?? Infinity);
    expect(portsPerAddress()).toBeGreaterThan(1_000);
  });

  it('of a process that is not there: nothing', () => {
    expect(descriptorLimit(2 ** 30)).toBeUndefined();
    expect(openDescriptors(2 ** 30)).toBeUndefined();
  });
});

describe('the ways', () => {
  it('are found again by their subjects, each of which is another', () => {
    const allowed = [100, 1_000];
    const subjects = waysOf(allowed).map(subjectOf);
    expect(new Set(subjects.map((subject) => JSON.stringify(subject))).size).toBe(subjects.length);
    expect(subjects.map((subject) => wayOf(subject, allowed))).toEqual(waysOf(allowed));
    expect(() => wayOf({ client: 'pigeon' }, allowed)).toThrow('the plan names {"client":"pigeon"}');
  });
});
