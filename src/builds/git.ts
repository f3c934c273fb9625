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

/** What came of a question: its standard output, or what it said of its error. */
type Answer = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

/** Rejects with a `RefError` where there is no git. */
function put(words: readonly string[], cwd: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const limits = { timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT_BYTES } as const;
    // What it says of an error is read here, and must be in one language.
    const env = { ...process.env, LC_ALL: 'C' };
    execFile('git', [...words], { cwd, env, ...limits }, (error, stdout, stderr) => {
      if (error === null) resolve({ ok: true, text: stdout.trimEnd() });
      else if (error.code === 'ENOENT')
        reject(new RefError('and git is not installed, which would know whether it is a commit'));
      else resolve({ ok: false, why: stderr.trim() });
    });
  });
}

/** What git says on its standard output; `undefined` when it ends with an error. Rejects with a `RefError` where there is no git. */
const ask = (words: readonly string[], cwd: string): Promise<string | undefined> =>
  put(words, cwd).then((answer) => (answer.ok ? answer.text : undefined));

/** The repository around a folder. Rejects with a `RefError` where there is none. */
export async function repositoryAt(cwd: string): Promise<Repository> {
  const gitDir = await put(['rev-parse', '--absolute-git-dir'], cwd);
  if (!gitDir.ok) throw new RefError(whyNoRepository(gitDir.why));
  const prefix = (await ask(['rev-parse', '--show-prefix'], cwd)) ?? '';
  return { gitDir: gitDir.text, prefix: prefix.replace(/\/$/, '') };
}

/** There is a repository that git does not read, or there is none. */
function whyNoRepository(said: string): string {
  if (said === '' || /^fatal: not a git repository/m.test(said))
    return 'and the current folder is in no git repository';
  const [, now, before] = DUBIOUS.exec(said) ?? [];
  const owned = now ?? before;
  const [first = ''] = said.split('\n');
  const because = `and git does not read the repository of the current folder: ${escapeUnprintable(first)}`;
  // Files that another user could have written are not trusted, as in a container that a checkout was mounted into.
  return owned === undefined
    ? because
    : `${because}; if you trust it: git config --global --add safe.directory ${asWord(owned)}`;
}

/** What git has said since 2.35.3, and before. */
const DUBIOUS = /detected dubious ownership in repository at '(.*)'|unsafe repository \('(.*)' is owned by/;

/** One word of a shell. */
const asWord = (path: string): string =>
  escapeUnprintable(/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`);

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
