import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkWritable, resolveOutput, SaveError, saveRecord } from './save.ts';

// As they are, unless a test says that the next call fails.
vi.mock(import('node:fs'), async (load) => {
  const fs = await load();
  return { ...fs, renameSync: vi.fn(fs.renameSync), writeFileSync: vi.fn(fs.writeFileSync) };
});

const systemError = (code: 'ENOSPC' | 'EDQUOT'): Error =>
  Object.assign(new Error(code), { code, errno: -constants.errno[code] });

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'save-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The message of the SaveError. */
function refusal(act: () => void): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SaveError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

const ELSEWHERE = 'choose another place with -o';
const TOO_LONG = `${'x'.repeat(300)}.json`;

describe('saveRecord', () => {
  test('writes the text and nothing beside it, making folders', () => {
    const path = join(folder, 'a', 'b', 'x.json');
    saveRecord(path, 'one\n');
    expect(readFileSync(path, 'utf8')).toBe('one\n');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['x.json']);
  });

  test('replaces a file in one step: who has the old one open still reads the old one', () => {
    const path = join(folder, 'x.json');
    saveRecord(path, 'one');
    const old = openSync(path, 'r');
    saveRecord(path, 'two');
    expect(readFileSync(old, 'utf8')).toBe('one');
    closeSync(old);
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(folder)).toEqual(['x.json']);
  });

  test('replaces what a link leads to, and not the link', () => {
    const path = join(folder, 'link.json');
    writeFileSync(join(folder, 'x.json'), 'one');
    symlinkSync('x.json', path);
    saveRecord(path, 'two');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'x.json'), 'utf8')).toBe('two');
  });

  test('writes straight to what is not a regular file', () => {
    saveRecord('/dev/null', 'one');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test('does not replace a file that a stream of this process leads to', () => {
    const path = join(folder, 'redirected');
    const stream = openSync(path, 'w');
    saveRecord(`/dev/fd/${stream}`, 'one');
    expect(fstatSync(stream).ino).toBe(statSync(path).ino);
    expect(readFileSync(path, 'utf8')).toBe('one');
    closeSync(stream);
  });

  test('says that there is no space, and what to do', () => {
    expect(refusal(() => saveRecord('/dev/full', 'one'))).toBe(
      `cannot write /dev/full: no space left on device; free some space or ${ELSEWHERE}`,
    );
  });

  test.each([
    ['the disk fills up', writeFileSync],
    ['the file cannot be put in its place', renameSync],
  ])('leaves the old record and no temporary file when %s', (_what, call) => {
    const path = join(folder, 'x.json');
    saveRecord(path, 'one');
    let existed: readonly string[] = [];
    vi.mocked(call as typeof renameSync).mockImplementationOnce((temporary) => {
      appendFileSync(temporary, 'tw');
      existed = readdirSync(folder);
      throw systemError('ENOSPC');
    });
    expect(refusal(() => saveRecord(path, 'two'))).toBe(
      `cannot write ${path}: no space left on device; free some space or ${ELSEWHERE}`,
    );
    expect(existed).toHaveLength(2);
    expect(readdirSync(folder)).toEqual(['x.json']);
    expect(readFileSync(path, 'utf8')).toBe('one');
  });

  test('lets a bug be a bug', () => {
    vi.mocked(renameSync).mockImplementationOnce(() => {
      throw new TypeError('a bug');
    });
    expect(() => saveRecord(join(folder, 'x.json'), 'one')).toThrow(new TypeError('a bug'));
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe.each([
  ['saveRecord', (path: string) => saveRecord(path, 'one')],
  ['checkWritable', checkWritable],
])('%s refuses', (_name, act) => {
  test('a folder', () => {
    expect(refusal(() => act(folder))).toBe(`cannot write ${folder}: it is a folder; ${ELSEWHERE}`);
    expect(refusal(() => act(`${folder}/new/`))).toBe(`cannot write ${folder}/new/: it is a folder; ${ELSEWHERE}`);
  });

  test('a path through a file', () => {
    writeFileSync(join(folder, 'file'), '');
    for (const path of [join(folder, 'file', 'x.json'), join(folder, 'file', 'a', 'x.json')]) {
      expect(refusal(() => act(path))).toBe(`cannot write ${path}: a part of the path is a file; ${ELSEWHERE}`);
    }
  });

  test('a name that is too long, and one that is empty', () => {
    const path = join(folder, TOO_LONG);
    expect(refusal(() => act(path))).toBe(`cannot write ${path}: name too long; ${ELSEWHERE}`);
    expect(refusal(() => act(''))).toBe('cannot write "": the path is empty; name a file or a folder');
  });

  test('a place where no file can be made', () => {
    expect(refusal(() => act('/proc/x/y.json'))).toBe(
      `cannot write /proc/x/y.json: no such file or directory; ${ELSEWHERE}`,
    );
  });

  test('on one line, whatever the path', () => {
    writeFileSync(join(folder, 'f'), '');
    expect(refusal(() => act(join(folder, 'f', '\u001b[2J\n')))).toBe(
      `cannot write ${folder}/f/\\u001b[2J\\u000a: a part of the path is a file; ${ELSEWHERE}`,
    );
  });

  // Root may write anywhere; for everybody else the permission counts.
  test('a read-only file of somebody who is not root', () => {
    const path = join(folder, 'x.json');
    writeFileSync(path, 'old');
    chmodSync(path, 0o444);
    if (process.getuid?.() === 0) expect(() => act(path)).not.toThrow();
    else expect(refusal(() => act(path))).toBe(`cannot write ${path}: permission denied; ${ELSEWHERE}`);
  });
});

describe('checkWritable', () => {
  test('leaves nothing behind where folders are to be made', () => {
    checkWritable(join(folder, 'a', 'b', 'x.json'));
    expect(readdirSync(folder)).toEqual([]);
  });

  test('leaves nothing behind when it is refused', () => {
    vi.mocked(writeFileSync).mockImplementationOnce(() => {
      throw systemError('EDQUOT');
    });
    const path = join(folder, 'a', 'b', 'x.json');
    expect(refusal(() => checkWritable(path))).toBe(
      `cannot write ${path}: the disk quota is used up; free some space or ${ELSEWHERE}`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test('leaves a file as it is', () => {
    const path = join(folder, 'x.json');
    writeFileSync(path, 'old');
    checkWritable(path);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['x.json']);
  });

  test('has nothing against streams and devices', () => {
    for (const path of ['/dev/null', '/dev/full']) expect(() => checkWritable(path)).not.toThrow();
  });
});

describe('resolveOutput', () => {
  const startedAt = new Date('2026-11-22T10:20:30.456Z');
  const NAME = '2026-11-22T10-20-30-456-chatty.json';
  const at = (option: string | undefined): string => resolveOutput(option, startedAt, 'chatty');

  test('is a file of its own in results/ unless something is said', () => {
    expect(at(undefined)).toBe(`results/${NAME}`);
  });

  test('is the default name in a folder that is there, or that is named as one', () => {
    expect(at(folder)).toBe(join(folder, NAME));
    expect(at(join(folder, 'new/'))).toBe(join(folder, 'new', NAME));
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });

  test('is the file that is named, there or not', () => {
    writeFileSync(join(folder, 'there.json'), '');
    for (const option of [join(folder, 'there.json'), join(folder, 'new.json'), 'x', '/dev/null', '', TOO_LONG]) {
      expect(at(option)).toBe(option);
    }
  });

  test.each([
    ['./mine/My Scenario.yaml', 'My-Scenario'],
    ['x.YML', 'x'],
    ['v1.2', 'v1.2'],
    ['../..\u001b', '..-'],
    ['\u001b', '-'],
    ['', 'record'],
    ['x'.repeat(400), 'x'.repeat(100)],
  ])('makes of the scenario %j a part of a file name', (name, part) => {
    expect(resolveOutput(undefined, startedAt, name)).toBe(`results/2026-11-22T10-20-30-456-${part}.json`);
  });
});
