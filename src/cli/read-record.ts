import { readFileSync } from 'node:fs';
import { parseRecord } from '../result/codec.ts';
import type { RunRecord } from '../result/record.ts';
import { quote } from '../scenario/wording.ts';
import { UsageError } from './exit-code.ts';

/** Reads a record file. Throws a UsageError when it cannot be read and a RecordError when it is none. */
export function readRecord(path: string): RunRecord {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new UsageError(`${quote(path)}: ${why}; expected a record that a run has written, such as results/<time>-<scenario>.json`);
  }
  return parseRecord(text, path);
}
