import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { serialiseRecord } from './codec.ts';
import { readRecord } from './read-record.ts';
import { RecordError } from './record-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'read-record-'));
const path = join(folder, 'x.json');
afterAll(() => rmSync(folder, { recursive: true }));

const WANTED = 'expected a record that mcp-transport-bench run has written; name another file';

describe('readRecord', () => {
  test('reads what was written', () => {
    const record = fixtureRecord({ blocks: 1, cells: FIXTURE_CELLS.slice(0, 1) });
    writeFileSync(path, serialiseRecord(record));
    expect(readRecord(path)).toStrictEqual(record);
  });

  test('says that there is no such file', () => {
    expect(() => readRecord(`${path}.gone`)).toThrow(
      new RecordError(`${path}.gone`, `there is no such file, ${WANTED}`),
    );
  });

  test('says that it is a folder', () => {
    expect(() => readRecord(folder)).toThrow(new RecordError(folder, `it is a folder, ${WANTED}`));
  });

  test('says that a part of the path is none', () => {
    writeFileSync(path, '{}');
    expect(() => readRecord(join(path, 'y'))).toThrow(new RecordError(join(path, 'y'), `not a directory, ${WANTED}`));
  });

  test('refuses more than 512 MiB before it reads them', () => {
    writeFileSync(path, '{');
    truncateSync(path, 3 * 2 ** 30 + 1);
    expect(() => readRecord(path)).toThrow(
      new RecordError(path, 'has 3073 MiB, expected a record of at most 512 MiB; name another file'),
    );
  });

  test('refuses what is not UTF-8, such as the output of a PowerShell redirection', () => {
    writeFileSync(path, Buffer.from('\ufeff{}', 'utf16le'));
    expect(() => readRecord(path)).toThrow(
      new RecordError(path, 'is not UTF-8 text, expected a record in JSON; name another file or measure again'),
    );
  });
});
