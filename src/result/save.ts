/** Where a record's file goes and how it gets there: whole or not at all. */
import { randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  mkdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { constants as os } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { escapeUnprintable } from '../scenario/wording.ts';

interface Explanation {
  readonly reason: string;
  readonly advice: string;
}

/** A file that could not be written. The message is one line that says why and what to do; no stack is of interest. */
export class SaveError extends Error {
  override readonly name = 'SaveError';

  constructor(path: string, { reason, advice }: Explanation) {
    super(`cannot write ${escapeUnprintable(path) || '""'}: ${reason}; ${advice}`);
  }
}

const DEFAULT_FOLDER = 'results';
/** Where nothing else is said, the flag by which a file's place is chosen. */
const USUAL_FLAG = '-o';
const elsewhere = (flag: string): string => `choose another place with ${flag}`;
/** Keeps the default name within what file systems allow, 255 bytes. */
const LONGEST_PART = 100;

/** The record's path. `option` is what `-o` says: a folder when it ends with a separator or is one, a file otherwise. */
export function resolveOutput(option: string | undefined, startedAt: Date, name: string): string {
  const fileName = `${timeStamp(startedAt)}-${fileNamePart(name)}.json`;
  if (option === undefined) return join(DEFAULT_FOLDER, fileName);
  return namesFolder(option) ? join(option, fileName) : option;
}

const endsAsFolder = (path: string): boolean => path.endsWith('/') || path.endsWith(sep);

/** Whether a path that was asked for is a folder, or is meant to become one because it ends as one. */
export function namesFolder(path: string): boolean {
  try {
    return endsAsFolder(path) || statOf(path)?.isDirectory() === true;
  } catch {
    // `checkWritable` will say what is wrong with it.
    return false;
  }
}

/** In UTC, without colons: some file systems refuse them. */
const timeStamp = (at: Date): string => at.toISOString().slice(0, 23).replaceAll(/[:.]/g, '-');

/** What may have been a path to a scenario, as a part of a file's name. */
const fileNamePart = (name: string): string =>
  basename(name)
    .replace(/\.(?:ya?ml|json)$/i, '')
    .replaceAll(/[^\w.-]+/g, '-')
    .slice(0, LONGEST_PART) || 'record';

/** Throws a {@link SaveError} when `saveRecord` would fail, as far as one can tell without the text. Leaves nothing behind. */
export function checkWritable(path: string, flag = USUAL_FLAG): void {
  orSaveError(path, flag, () => {
    const target = targetOf(path, flag);
    if (target.kind === 'special') {
      accessSync(path, constants.W_OK);
      return;
    }
    if (target.exists) accessSync(target.path, constants.W_OK);
    const folder = dirname(target.path);
    const made: string[] = [];
    try {
      makeFolder(folder, made);
      withTemporary(folder, '', () => undefined);
    } finally {
      removeFolders(made);
    }
  });
}

/**
 * Writes the file in one step, so that whoever reads it sees the old text or the new one, whole; folders are made. What
 * is not a regular file, such as a pipe or `/dev/stdout`, is written to directly. Throws a {@link SaveError},
 * which says by what flag another place is chosen.
 */
export function saveRecord(path: string, text: string, flag = USUAL_FLAG): void {
  orSaveError(path, flag, () => {
    const target = targetOf(path, flag);
    if (target.kind === 'special') {
      writeFileSync(path, text);
      return;
    }
    const folder = dirname(target.path);
    makeFolder(folder, []);
    withTemporary(folder, text, (temporary) => renameSync(temporary, target.path));
  });
}

/** Where a text goes: into a file that is replaced, or straight into something that cannot be. */
type Target = { readonly kind: 'file'; readonly path: string; readonly exists: boolean } | { readonly kind: 'special' };

function targetOf(path: string, flag: string): Target {
  if (path === '') throw new SaveError(path, { reason: 'the path is empty', advice: 'name a file or a folder' });
  const found = statOf(path);
  if (endsAsFolder(path) || found?.isDirectory() === true)
    throw new SaveError(path, { reason: 'it is a folder', advice: elsewhere(flag) });
  if (found === undefined) return { kind: 'file', path, exists: false };
  // A stream of this process may lead to a regular file, and others hold it open: replacing it would lose what they write.
  const isStream = /^\/(?:dev|proc)\//.test(resolve(path));
  // A link stays a link; what it leads to is replaced.
  return found.isFile() && !isStream ? { kind: 'file', path: realpathSync(path), exists: true } : { kind: 'special' };
}

/** `undefined` for what does not exist; other reasons why it cannot be looked at will show when it is written to. */
const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

/** A temporary file with the text, gone afterwards unless it has been renamed. Its name is short, however long that of the file. */
function withTemporary(folder: string, text: string, use: (temporary: string) => void): void {
  const temporary = join(folder, `.${randomUUID().slice(0, 8)}.tmp`);
  try {
    writeFileSync(temporary, text, { flag: 'wx' });
    use(temporary);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Makes the folder and those that it lies in, and notes what it made. Node's own recursive way never returns where a file system such as /proc makes none. */
function makeFolder(folder: string, made: string[]): void {
  if (statOf(folder)?.isDirectory() === true) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder), made);
  try {
    mkdirSync(folder);
    made.push(folder);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (statOf(folder)?.isDirectory() !== true) throw error;
  }
}

/** The innermost first. A folder that somebody has used meanwhile stays. */
function removeFolders(made: readonly string[]): void {
  try {
    for (const folder of made.toReversed()) rmdirSync(folder);
  } catch {
    // It is not ours alone any more.
  }
}

function orSaveError(path: string, flag: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new SaveError(path, explain(error, elsewhere(flag)));
  }
}

type SystemError = Error & { readonly code: string; readonly errno: number };

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && 'errno' in error && 'code' in error;

function explain({ code, errno }: SystemError, advice: string): Explanation {
  const [, words = code] = getSystemErrorMap().get(errno) ?? [];
  switch (-errno) {
    case os.errno.ENOSPC:
      return { reason: words, advice: `free some space or ${advice}` };
    case os.errno.EDQUOT:
      // Node has neither a code nor words for it.
      return { reason: 'the disk quota is used up', advice: `free some space or ${advice}` };
    case os.errno.EEXIST:
    case os.errno.ENOTDIR:
      return { reason: 'a part of the path is a file', advice };
    default:
      return { reason: words, advice };
  }
}
