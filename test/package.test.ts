/** What a stranger gets: the tarball, installed in an empty folder, used from there. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..');

const MAY_BE_PACKED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|docs\/(ci|formats|methodology)\.md)$/,
  /^bin\/[\w-]+\.js$/,
  /^dist\/([\w.-]+\/)*[\w.-]+\.js$/,
  /^scenarios\/[\w-]+\.yaml$/,
];
const MUST_NOT_BE_PACKED = /\.test\.|(^|\/)(test|fixtures|golden)\//;

describe('the package', () => {
  let scratch: string;
  let home: string;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'mcp-transport-bench-package-'));
    home = await install(scratch);
  }, 300_000);

  afterAll(async () => {
    await rm(scratch, { recursive: true, force: true });
  });

  it('holds what it needs and nothing else', async () => {
    const files = await filesOf(join(home, 'node_modules', 'mcp-transport-bench'));
    expect(files).toEqual(
      expect.arrayContaining([
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin/mcp-transport-bench.js',
        'docs/ci.md',
        'docs/formats.md',
        'docs/methodology.md',
        'package.json',
        'scenarios/tool-calls.yaml',
      ]),
    );
    const surplus = files.filter((file) => !MAY_BE_PACKED.some((pattern) => pattern.test(file)));
    expect(surplus).toEqual([]);
    expect(files.filter((file) => MUST_NOT_BE_PACKED.test(file))).toEqual([]);
  });

  it('says its version', async () => {
    expect((await npx(home, ['--version'])).stdout.trim()).toBe(manifest.version);
  });

  it('lists what it can run', async () => {
    const { stdout } = await npx(home, ['list']);
    for (const word of ['sse', 'websocket', 'tool-calls']) expect(stdout).toContain(word);
  });

  // The main point: one command, nothing prepared, and there are a table and a record.
  it('measures', { timeout: 180_000 }, async () => {
    const { exitCode, stdout, stderr } = await npx(home, ['run', 'tool-calls', '--trials', '1', '-d', '200ms']);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/Avg\. Message/);
    const records = (await readdir(join(home, 'results'))).filter((name) => name.endsWith('.json'));
    expect(records).toHaveLength(1);
    const record: unknown = JSON.parse(await readFile(join(home, 'results', records[0]!), 'utf8'));
    expect(record).toMatchObject({ schema: 'mcp-transport-bench/record', status: 'complete' });
  });
});

/** Packs what `npm run build` has left in dist/ and installs it in a folder of its own. Returns the folder. */
async function install(scratch: string): Promise<string> {
  // Without scripts: `prepare` would build once more, and dist/ would be gone for a moment under other tests' feet.
  succeeded(await run(ROOT, 'npm', ['pack', '--ignore-scripts', '--pack-destination', scratch]));
  const [tarball] = (await readdir(scratch)).filter((name) => name.endsWith('.tgz'));
  const home = join(scratch, 'home');
  await mkdir(home);
  // npm installs into the nearest folder above that has one of these, wherever that is.
  await writeFile(join(home, 'package.json'), '{ "private": true }\n');
  succeeded(await run(home, 'npm', ['install', '--no-audit', '--no-fund', join(scratch, tarball!)]));
  return home;
}

/** Only the installed command: npx must not fetch another of the same name. */
const npx = (home: string, args: readonly string[]): Promise<Finished> =>
  run(home, 'npx', ['--no', '--', 'mcp-transport-bench', ...args]);

interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(cwd: string, command: string, args: readonly string[]): Promise<Finished> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env: plainEnvironment() }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') resolve({ exitCode, stdout, stderr });
      else reject(error ?? new Error(`${command}: no exit code`));
    });
  });
}

/** `npm test` tells its children which package they belong to; a stranger's shell does not. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const told = /^(npm_package_|npm_lifecycle_|npm_config_local_prefix$|npm_command$|INIT_CWD$|VITEST|NODE_ENV$|TEST$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !told.test(name)));
}

function succeeded(finished: Finished): void {
  expect(finished.exitCode, finished.stderr).toBe(0);
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.map((path) => path.slice(folder.length + 1).replaceAll('\\', '/')).toSorted();
}
