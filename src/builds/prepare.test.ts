import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from '../../test/fixtures/command.ts';
import { milliseconds, seconds } from '../units.ts';
import { commitAt } from './git.ts';
import { type BuildSource, type PrepareOptions, prepareBuilds } from './prepare.ts';

/** As nobody's settings would have it. */
const ENV = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
const git = (cwd: string, ...words: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=nobody', '-c', 'user.email=nobody@example.com', ...words], {
    cwd,
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** A repository with two commits, the first of them tagged `before`, and changes that nobody has committed. */
function repository(): string {
  const repo = temporaryFolder();
  git(repo, 'init', '-q', '-b', 'main');
  write(repo, {
    'server.mjs': 'old',
    'packages/inner/a': 'old',
    'secret.txt': 'not in archives',
    '.gitattributes': 'secret.txt export-ignore\n',
  });
  git(repo, 'add', '-A');
  git(repo, 'commit', '-q', '-m', 'one');
  git(repo, 'tag', 'before');
  write(repo, { 'server.mjs': 'new', 'packages/other/b': 'new' });
  git(repo, 'rm', '-q', '-r', 'packages/inner');
  git(repo, 'add', '-A');
  git(repo, 'commit', '-q', '-m', 'two');
  write(repo, { 'server.mjs': 'changed since' });
  return repo;
}

/** Everything in the repository's own folder, with its content. */
const stateOf = (repo: string): string =>
  readdirSync(join(repo, '.git'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name} ${readFileSync(join(entry.parentPath, entry.name), 'base64')}`)
    .toSorted()
    .join('\n');

interface Options extends Partial<PrepareOptions> {
  readonly base: string;
  readonly head?: string;
}

const sourcesOf = ({ base, head = '.' }: Options): readonly BuildSource[] => [
  { name: 'base', where: base },
  { name: 'head', where: head },
];

async function prepare(cwd: string, options: Options) {
  const said: string[] = [];
  const prepared = await prepareBuilds(sourcesOf(options), {
    setup: undefined,
    setupLimitNs: seconds(20),
    isOwn: false,
    cwd,
    say: (line) => said.push(line),
    ...options,
  });
  onTestFinished(() => prepared.end());
  return { ...prepared, said, base: prepared.folders.get('base') ?? '', head: prepared.folders.get('head') ?? '' };
}

const whyNot = (cwd: string, options: Options): Promise<string> =>
  prepare(cwd, options).then(
    () => 'prepared',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );

describe('a ref', () => {
  test('becomes a folder with all its files, and leaves nothing in the repository', async () => {
    const repo = repository();
    const before = stateOf(repo);
    const prepared = await prepare(repo, { base: 'before' });
    const { base, head, builds, said } = prepared;
    expect(readFileSync(join(base, 'server.mjs'), 'utf8')).toBe('old');
    expect(existsSync(join(base, 'secret.txt'))).toBe(true);
    expect(existsSync(join(base, '.git'))).toBe(false);
    expect(head).toBe(repo);
    expect(readFileSync(join(head, 'server.mjs'), 'utf8')).toBe('changed since');
    const commits = ['before^{commit}', 'HEAD'].map((ref) => git(repo, 'rev-parse', ref));
    expect(builds).toEqual([
      { name: 'base', from: 'before', commit: commits[0] },
      { name: 'head', from: '.', commit: commits[1] },
    ]);
    expect(said).toEqual([`base: checking out "before", commit ${commits[0]?.slice(0, 12) ?? ''}`]);
    expect(stateOf(repo)).toBe(before);
    await prepared.end();
    expect(existsSync(base)).toBe(false);
    expect(existsSync(repo)).toBe(true);
  });

  test('may be any word for a commit, and stands for the current folder within it', async () => {
    const repo = repository();
    const { base } = await prepare(join(repo, 'packages/other'), { base: 'main', head: '..' });
    expect(readdirSync(base)).toEqual(['b']);
    const { base: older } = await prepare(repo, { base: 'main~1' });
    expect(readFileSync(join(older, 'packages/inner/a'), 'utf8')).toBe('old');
    expect(await whyNot(join(repo, 'packages/other'), { base: 'before' })).toBe(
      'SourceError: --arm base: "before" does not hold the current folder, "packages/other"',
    );
  });

  test('is not taken for one where there is a folder of that name', async () => {
    const repo = repository();
    write(repo, { 'before/server.mjs': 'a folder' });
    const { base } = await prepare(repo, { base: 'before' });
    expect(base).toBe(join(repo, 'before'));
  });

  test('runs no hook and obeys no sparse tree', async () => {
    const repo = repository();
    write(repo, { '.git/hooks/post-index-change': `#!/bin/sh\ntouch ${join(repo, 'hooked')}\n` });
    execFileSync('chmod', ['+x', join(repo, '.git/hooks/post-index-change')]);
    git(repo, 'config', 'core.sparseCheckout', 'true');
    write(repo, { '.git/info/sparse-checkout': 'packages\n' });
    const { base } = await prepare(repo, { base: 'before' });
    expect(existsSync(join(base, 'server.mjs'))).toBe(true);
    expect(existsSync(join(repo, 'hooked'))).toBe(false);
  });
});

describe('what cannot be found', () => {
  test.each<readonly [string, string]>([
    ['befor', 'no folder, nor a commit of this repository; did you mean "before"?'],
    ['no-such-thing', 'no folder, nor a commit of this repository'],
    ['--help', 'no folder, nor a commit of this repository'],
    ['server.mjs', 'a file, expected a folder or a git ref'],
  ])('%s: one line, and nothing is made', async (where, why) => {
    expect(await whyNot(repository(), { base: where })).toBe(`SourceError: --arm base: "${where}" is ${why}`);
  });

  test('a branch that only the remote has', async () => {
    const repo = repository();
    git(repo, 'update-ref', 'refs/remotes/origin/release', 'HEAD');
    expect(await whyNot(repo, { base: 'release' })).toContain('did you mean "origin/release"?');
  });

  test('a ref that a shallow clone does not have', async () => {
    const shallow = join(temporaryFolder(), 'shallow');
    git('.', 'clone', '-q', '--depth', '1', `file://${repository()}`, shallow);
    expect(await whyNot(shallow, { base: 'release' })).toBe(
      'SourceError: --arm base: "release" is no folder, nor a commit of this repository, which is a shallow clone: get it with "git fetch origin release", or check out with fetch-depth: 0',
    );
  });

  test('a ref where there is no repository', async () => {
    expect(await whyNot(temporaryFolder(), { base: 'main' })).toBe(
      'SourceError: --arm base: "main" is no folder, and the current folder is in no git repository',
    );
    expect(await commitAt(temporaryFolder())).toBeUndefined();
  });

  test('a ref of a repository that git does not read: what it said, and what to do', async () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
    vi.stubEnv('GIT_CONFIG_SYSTEM', '/dev/null');
    const broken = repository();
    write(broken, { '.git/config': '[core' });
    expect(await whyNot(broken, { base: 'main' })).toMatch(
      /^SourceError: --arm base: "main" is no folder, and git does not read the repository of the current folder: fatal: bad config line \d in file .*config$/,
    );
    // A switch of git's own tests, for to be somebody else takes being root.
    vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1');
    const [repo, odd] = [repository(), join(temporaryFolder(), "it's odd")];
    git('.', 'init', '-q', odd);
    expect(await whyNot(repo, { base: 'main' })).toBe(
      `SourceError: --arm base: "main" is no folder, and git does not read the repository of the current folder: fatal: detected dubious ownership in repository at '${repo}'; if you trust it: git config --global --add safe.directory ${repo}`,
    );
    expect(await whyNot(odd, { base: 'main' })).toMatch(/safe\.directory '.*\/it'\\''s odd'$/);
  });
});

describe('the setup', () => {
  test('runs in the folder of each arm, one after the other, and is recorded', async () => {
    const repo = repository();
    const { base, head, builds, said } = await prepare(repo, { base: 'before', setup: 'pwd > where && cat where' });
    for (const folder of [base, head]) expect(readFileSync(join(folder, 'where'), 'utf8').trim()).toBe(folder);
    expect(builds.map(({ setup }) => setup)).toEqual(['pwd > where && cat where', 'pwd > where && cat where']);
    expect(said.filter((line) => line.includes('pwd'))).toHaveLength(2);
  });

  test('is npm ci for a fresh checkout that locks packages, and nothing otherwise', async () => {
    const repo = repository();
    const lock = { name: 'x', version: '1.0.0', lockfileVersion: 3, packages: { '': {}, 'node_modules/none': {} } };
    write(repo, { 'package-lock.json': JSON.stringify(lock), 'package.json': '{"name":"x","version":"1.0.0"}' });
    git(repo, 'add', '-A');
    git(repo, 'commit', '-q', '-m', 'locked');
    const { builds } = await prepare(repo, { base: 'before' });
    expect(builds.map(({ setup }) => setup)).toEqual([undefined, undefined]);
    const locked = await prepare(repo, { base: 'main' });
    expect(locked.builds.map(({ setup }) => setup)).toEqual(['npm ci', undefined]);
  });

  test('that fails says so with its last words, and leaves no folder', async () => {
    const repo = repository();
    const setup = `pwd > ${join(repo, 'where')}; echo one; echo two >&2; printf '\\033[2J' >&2; exit 3`;
    expect(await whyNot(repo, { base: 'before', setup })).toMatch(
      /^BuildError: --arm base: "before": its setup "pwd .*" ended with exit code 3; its last words: one \| two \| \\u001b\[2J$/,
    );
    expect(existsSync(readFileSync(join(repo, 'where'), 'utf8').trim())).toBe(false);
  });

  test('that fails within npm says what its script said, not what npm says of it', async () => {
    const setup = 'echo wrong type; echo npm error code 2 >&2; exit 2';
    expect(await whyNot(repository(), { base: 'before', setup })).toMatch(/its last words: wrong type$/);
    const alone = 'echo npm error no such script >&2; exit 1';
    expect(await whyNot(repository(), { base: 'before', setup: alone })).toMatch(/: npm error no such script$/);
  });

  test('that does not end is ended', async () => {
    const why = await whyNot(repository(), { base: 'before', setup: 'sleep 60', setupLimitNs: milliseconds(300) });
    expect(why).toBe(
      'BuildError: --arm base: "before": its setup "sleep 60" did not end within 0.3 s (--setup-timeout)',
    );
  });
});

describe('builds of this tool', () => {
  const OURS = { 'package.json': '{"name":"mcp-transport-bench"}' };

  test('are nothing else', async () => {
    const repo = repository();
    for (const base of ['before', 'packages'])
      expect(await whyNot(repo, { base, head: base, isOwn: true })).toMatch(
        /^SourceError: --arm base: "\w+" holds no mcp-transport-bench, .*--command/,
      );
  });

  test('must be built', async () => {
    const folder = temporaryFolder();
    write(folder, { ...OURS, 'bin/endpoint.js': '' });
    expect(await whyNot(folder, { base: '.', isOwn: true })).toBe(
      'BuildError: --arm base: "." is not built, dist/endpoint/main.js is missing; build it, or say how: --setup <command>',
    );
    const setup = 'mkdir -p dist/endpoint && touch dist/endpoint/main.js';
    expect((await prepare(folder, { base: '.', isOwn: true, setup })).base).toBe(folder);
  });
});
