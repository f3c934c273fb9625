/** What git knows of the current folder: asked, never told to change anything. */
import { execFile } from 'node:child_process';
import { nearest } from '../scenario/nearest.ts';
import { escapeUnprintable, quote } from '../scenario/wording.ts';

/** Where a repository keeps its history, and where in its tree the current folder stands. */
export interface Repository {
  readonly gitDir: string;
  /** From the root of the tree, without a slash at the end; empty at the root. */
  readonly prefix: string;
}

/** Why a ref is none, in words that go after what was written. */
export class RefError extends Error {
  override readonly name = 'RefError';
}

const LIMIT_MS = 30_000;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What git says on its standard output; `undefined` when it ends with an error. Rejects with a `RefError` where there is no git. */
function ask(words: readonly string[], cwd: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const limits = { timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT_BYTES } as const;
    execFile('git', [...words], { cwd, ...limits }, (error, stdout) => {
      if (error === null) resolve(stdout.trimEnd());
      else if (error.code === 'ENOENT')
        reject(new RefError('and git is not installed, which would know whether it is a commit'));
      else resolve(undefined);
    });
  });
}

/** The repository around a folder. Rejects with a `RefError` where there is none. */
export async function repositoryAt(cwd: string): Promise<Repository> {
  const gitDir = await ask(['rev-parse', '--absolute-git-dir'], cwd);
  if (gitDir === undefined) throw new RefError('and the current folder is in no git repository');
  const prefix = (await ask(['rev-parse', '--show-prefix'], cwd)) ?? '';
  return { gitDir, prefix: prefix.replace(/\/$/, '') };
}

/** The full name of the commit that a ref means here. Rejects with a `RefError` that says what to do. */
export async function commitOf(ref: string, cwd: string): Promise<string> {
  const found = await ask(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], cwd);
  const commit = found?.split('\n').at(-1) ?? '';
  if (/^[0-9a-f]{40,64}$/.test(commit)) return commit;
  throw new RefError(await whyNot(ref, cwd));
}

/** The commit that a folder's files come from, as far as nobody has changed them; `undefined` where git knows none. */
export const commitAt = (folder: string): Promise<string | undefined> =>
  ask(['rev-parse', '--verify', '--quiet', 'HEAD'], folder).catch(() => undefined);

async function whyNot(ref: string, cwd: string): Promise<string> {
  const isShallow = (await ask(['rev-parse', '--is-shallow-repository'], cwd)) === 'true';
  if (isShallow) {
    // What another side calls a ref by has no history in it.
    const fetch = /[~^:@]|^HEAD$/.test(ref) ? 'git fetch --unshallow' : `git fetch origin ${escapeUnprintable(ref)}`;
    return `nor a commit of this repository, which is a shallow clone: get it with "${fetch}", or check out with fetch-depth: 0`;
  }
  const refs = ((await ask(['for-each-ref', '--format=%(refname:short)'], cwd)) ?? '').split('\n').filter(Boolean);
  const remote = refs.find((name) => name.endsWith(`/${ref}`));
  const meant = remote ?? nearest(ref, refs);
  return `nor a commit of this repository${meant === undefined ? '' : `; did you mean ${quote(meant)}?`}`;
}
