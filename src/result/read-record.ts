/** From a path to a run record. */
import { constants, isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { parseRecord } from './codec.ts';
import type { RunRecord } from './record.ts';
import { RecordError } from './record-error.ts';

const MIB = 2 ** 20;
/** A text in Node holds no more, give or take some bytes. */
const MAX_MIB = 512;
const MAX_BYTES = Math.min(MAX_MIB * MIB, constants.MAX_STRING_LENGTH);

/** Reads a record's file. Throws a {@link RecordError} when it cannot be read or holds no record. */
export function readRecord(path: string): RunRecord {
  const content = readContent(path);
  if (!isUtf8(content))
    throw new RecordError(path, 'is not UTF-8 text, expected a record in JSON; name another file or measure again');
  return parseRecord(content.toString('utf8'), path);
}

function readContent(path: string): Buffer {
  try {
    checkSize(path, statSync(path).size);
    const content = readFileSync(path);
    // A pipe has no size before it has been read.
    checkSize(path, content.length);
    return content;
  } catch (error) {
    if (error instanceof RecordError || !(error instanceof Error)) throw error;
    throw new RecordError(
      path,
      `${reasonOf(error)}, expected a record that mcp-transport-bench run has written; name another file`,
    );
  }
}

function checkSize(path: string, size: number): void {
  if (size <= MAX_BYTES) return;
  throw new RecordError(
    path,
    `has ${Math.ceil(size / MIB)} MiB, expected a record of at most ${MAX_MIB} MiB; name another file`,
  );
}

function reasonOf(error: NodeJS.ErrnoException): string {
  const [, words = error.message] = getSystemErrorMap().get(error.errno ?? 0) ?? [];
  switch (error.code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'it is a folder';
    default:
      return words;
  }
}
