import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { milliseconds } from '../../units.ts';
import { findProgram, startProgram } from './programs.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-programs-'));
  for (const folder of ['bin', 'sbin', 'other']) mkdirSync(join(root, folder));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function install(place: string, text = '', mode = 0o755): string {
  const path = join(root, place);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe('findProgram', () => {
  it('looks into the folders of PATH, and into the sbin beside a bin', () => {
    const path = install('sbin/nginx');
    expect(findProgram('nginx', `${join(root, 'other')}:${join(root, 'bin')}`)).toBe(path);
    expect(findProgram('nginx', join(root, 'other'))).toBeUndefined();
  });

  it('takes the first, and nothing that may not be executed', () => {
    install('other/haproxy', '', 0o644);
    const path = install('bin/haproxy');
    install('sbin/haproxy');
    expect(findProgram('haproxy', [join(root, 'other'), join(root, 'bin')].join(':'))).toBe(path);
  });

  it.each([undefined, '', '/no/such/folder'])('finds nothing in %j', (path) => {
    expect(findProgram('nginx', path)).toBeUndefined();
  });
});

describe('startProgram', () => {
  const ORDER = { hop: 'nginx-bare', upstream: 1, idleNs: milliseconds(800), upgrades: false } as const;

  it('says what a program said that ended instead of listening', async () => {
    const path = install('bin/nginx', '#!/bin/sh\necho "unknown directive" >&2\nexit 3\n');
    await expect(startProgram('nginx', path, ORDER)).rejects.toThrow(
      /^nginx ended with exit code 3; it said: unknown directive$/,
    );
  });

  it('tries other ports where one is taken, and gives up some time', async () => {
    const path = install(
      'bin/nginx',
      `#!/bin/sh\necho x >> ${root}/tries\necho "bind() failed (Address already in use)" >&2\nexit 1\n`,
    );
    await expect(startProgram('nginx', path, ORDER)).rejects.toThrow(/Address already in use/);
    expect(readFileSync(join(root, 'tries'), 'utf8')).toBe('x\n'.repeat(5));
  });
});
