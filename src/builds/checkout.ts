/** The files of a commit in a folder, and nothing left behind in the repository that they come from. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { seconds } from '../units.ts';
import type { Repository } from './git.ts';
import { runToEnd } from './run-to-end.ts';

export interface Checkout {
  readonly repository: Repository;
  readonly commit: string;
  /** An empty folder; the files go into `tree` in it. */
  readonly folder: string;
}

const LIMIT_NS = seconds(600);

/**
 * Settings of the repository that would write into it, or leave files out: hooks, a shared index, a watcher, and a sparse
 * tree.
 */
const QUIETLY = [
  ['core.hooksPath', '/dev/null'],
  ['core.splitIndex', 'false'],
  ['core.fsmonitor', 'false'],
  ['core.sparseCheckout', 'false'],
].flatMap(([name, value]) => ['-c', `${name ?? ''}=${value ?? ''}`]);

/**
 * Puts all files of the commit there, those too that `git archive` would leave out (export-ignore); of submodules only the
 * empty folder. The index lies beside the files and not in the repository. Resolves with why it failed, in words; else
 * with the folder of the files.
 */
export async function checkOut({
  repository,
  commit,
  folder,
}: Checkout): Promise<{ readonly tree: string } | { readonly why: string }> {
  const [tree, index] = [join(folder, 'tree'), join(folder, 'index')];
  mkdirSync(tree, { recursive: true });
  const git = ['git', ...QUIETLY, `--git-dir=${repository.gitDir}`, `--work-tree=${tree}`];
  for (const words of [
    ['read-tree', commit],
    ['checkout-index', '--all', '--force'],
  ]) {
    const env = { GIT_INDEX_FILE: index, GIT_OPTIONAL_LOCKS: '0' };
    const why = await runToEnd({ argv: [...git, ...words], cwd: tree, env, limitNs: LIMIT_NS });
    if (why !== undefined) return { why: `git ${words[0] ?? ''} ${why}` };
  }
  rmSync(index, { force: true });
  return { tree: join(tree, repository.prefix) };
}
