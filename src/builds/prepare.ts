/** From what was written for an arm's code, a folder or a git ref, to a folder in which it is ready to be started. */
import { existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { keepFolder, type KeptFolder } from '../child/kept-folder.ts';
import type { Build } from '../scenario/gate.ts';
import { quote } from '../scenario/wording.ts';
import type { Nanoseconds } from '../units.ts';
import { BuildError } from './build-error.ts';
import { checkOut } from './checkout.ts';
import { commitAt, commitOf, RefError, type Repository, repositoryAt } from './git.ts';
import { hasLockedPackages, isOwnCheckout, missingFromBuild } from './own-build.ts';
import { runToEnd } from './run-to-end.ts';

/** An arm's code, as it was written. */
export interface BuildSource {
  /** `base`, `head`. */
  readonly name: string;
  /** A folder, or a ref of the repository around the current folder. */
  readonly where: string;
}

/** An arm's code was written as something that is neither a folder nor a commit, or not of this tool. Its message is one line, fit to print. */
class SourceError extends Error {
  override readonly name = 'SourceError';
}

export interface PrepareOptions {
  /** For the shell, in each arm's folder; absent: what goes without saying. */
  readonly setup: string | undefined;
  readonly setupLimitNs: Nanoseconds;
  /** The arms are builds of this tool's own endpoint, not somebody's servers. */
  readonly isOwn: boolean;
  readonly cwd: string;
  readonly say: (line: string) => void;
}

export interface PreparedBuilds {
  /** In the order of the sources. */
  readonly builds: readonly Build[];
  /** Absolute, by the build's name. */
  readonly folders: ReadonlyMap<string, string>;
  /** Removes what was made for them, and nothing else. Never rejects. */
  end(): Promise<void>;
}

type Located = BuildSource & { readonly commit: string | undefined } & (
    | { readonly kind: 'folder'; readonly path: string }
    | { readonly kind: 'ref'; readonly repository: Repository; readonly commit: string }
  );

/**
 * Finds all of them before anything is made, then makes them ready, one after the other. Rejects with a `SourceError` for
 * what cannot be found and with a `BuildError` for what cannot be made ready; nothing is left then.
 */
export async function prepareBuilds(sources: readonly BuildSource[], options: PrepareOptions): Promise<PreparedBuilds> {
  const located: Located[] = [];
  for (const source of sources) located.push(await locate(source, options));
  const kept = located.some(({ kind }) => kind === 'ref') ? await keepFolder() : undefined;
  try {
    const folders = new Map<string, string>();
    const builds: Build[] = [];
    for (const one of located) {
      const folder = await folderOf(one, kept, options);
      const setup = await setUp(one, folder, options);
      if (options.isOwn) refuseUnbuilt(one, folder);
      folders.set(one.name, folder);
      const { name, where: from, commit } = one;
      builds.push({
        name,
        from,
        ...(commit === undefined ? {} : { commit }),
        ...(setup === undefined ? {} : { setup }),
      });
    }
    return { builds, folders, end: () => kept?.remove() ?? Promise.resolve() };
  } catch (error) {
    await kept?.remove();
    throw error;
  }
}

const armWords = ({ name, where }: BuildSource): string => `--arm ${name}: ${quote(where)}`;

async function locate(source: BuildSource, { cwd, isOwn }: PrepareOptions): Promise<Located> {
  const path = resolve(cwd, source.where);
  if (existsSync(path)) {
    if (!statSync(path).isDirectory())
      throw new SourceError(`${armWords(source)} is a file, expected a folder or a git ref`);
    if (isOwn && !isOwnCheckout(path)) throw new SourceError(notOurs(source));
    return { ...source, kind: 'folder', path, commit: await commitAt(path) };
  }
  try {
    const repository = await repositoryAt(cwd);
    return { ...source, kind: 'ref', repository, commit: await commitOf(source.where, cwd) };
  } catch (error) {
    if (error instanceof RefError) throw new SourceError(`${armWords(source)} is no folder, ${error.message}`);
    throw error;
  }
}

const notOurs = (source: BuildSource): string =>
  `${armWords(source)} holds no mcp-transport-bench, whose own endpoints would be compared; for a server of your own say how it is started: --command <command>`;

/** Enough of a commit's name to tell it from others. */
const SHORT = 12;

async function folderOf(one: Located, kept: KeptFolder | undefined, { say, isOwn }: PrepareOptions): Promise<string> {
  if (one.kind === 'folder') return one.path;
  if (kept === undefined) throw new Error('a commit was to be checked out and there is no folder for it');
  say(`${one.name}: checking out ${quote(one.where)}, commit ${one.commit.slice(0, SHORT)}`);
  const folder = join(kept.path, one.name);
  await mkdir(folder);
  const found = await checkOut({ repository: one.repository, commit: one.commit, folder });
  if ('why' in found) throw new BuildError(`${armWords(one)}: ${found.why}`);
  if (!existsSync(found.tree))
    throw new SourceError(`${armWords(one)} does not hold the current folder, ${quote(one.repository.prefix)}`);
  if (isOwn && !isOwnCheckout(found.tree)) throw new SourceError(notOurs(one));
  return found.tree;
}

/** What was run, for the record; `undefined` for nothing. A folder is taken as it is, a fresh checkout has no packages yet. */
async function setUp(one: Located, folder: string, options: PrepareOptions): Promise<string | undefined> {
  const { setup, setupLimitNs: limitNs, say } = options;
  const usual = one.kind === 'ref' && hasLockedPackages(folder) ? 'npm ci' : undefined;
  const command = setup ?? usual;
  if (command === undefined) return undefined;
  say(`${one.name}: ${quote(command)}`);
  const why = await runToEnd({ argv: ['/bin/sh', '-c', command], cwd: folder, limitNs, limitFlag: '--setup-timeout' });
  if (why === undefined) return command;
  throw new BuildError(`${armWords(one)}: its setup ${quote(command)} ${why}`);
}

function refuseUnbuilt(one: Located, folder: string): void {
  const missing = missingFromBuild(folder);
  if (missing !== undefined)
    throw new BuildError(
      `${armWords(one)} is not built, ${missing} is missing; build it, or say how: --setup <command>`,
    );
}
