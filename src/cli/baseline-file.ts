/** Where the records lie that later runs are held against. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from '../result/read-record.ts';
import { didYouMean } from '../scenario/nearest.ts';
import { quote } from '../scenario/wording.ts';
import type { NamedRecord } from './comparable.ts';
import { UsageError } from './exit-code.ts';

const FOLDER = join('results', 'baselines');
const EXTENSION = '.json';

/** Of a name that `--save-baseline` takes. */
export const baselinePath = (name: string): string => join(FOLDER, name + EXTENSION);

/** A path is what has a slash in it or ends in `.json`; anything else is the name of a kept baseline. Throws a UsageError or a RecordError. */
export function readBaseline(nameOrPath: string): NamedRecord {
  if (/[/\\]|\.json$/i.test(nameOrPath)) return { name: nameOrPath, record: readRecord(nameOrPath) };
  const names = baselineNames();
  if (!names.includes(nameOrPath)) {
    const kept =
      names.length === 0 ? 'there are none yet: keep one with --save-baseline' : `there are ${names.join(', ')}`;
    throw new UsageError(
      `--baseline: got ${quote(nameOrPath)}, expected a path, or the name of one kept in ${FOLDER}; ${kept}${didYouMean(nameOrPath, names)}`,
    );
  }
  return { name: nameOrPath, record: readRecord(baselinePath(nameOrPath)) };
}

function baselineNames(): readonly string[] {
  try {
    return readdirSync(FOLDER)
      .filter((file) => file.endsWith(EXTENSION))
      .map((file) => file.slice(0, -EXTENSION.length))
      .toSorted();
  } catch {
    return []; // There is no such folder.
  }
}
