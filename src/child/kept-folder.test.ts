import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keepFolder } from './kept-folder.ts';

const PROGRAM = new URL('../../dist/child/kept-folder.js', import.meta.url).href;
const PATIENCE = { timeout: 10_000 };

test('is there, empty, until it is removed with all that is in it', async () => {
  const folder = await keepFolder();
  onTestFinished(() => folder.remove());
  mkdirSync(join(folder.path, 'tree'));
  writeFileSync(join(folder.path, 'tree', 'file'), 'kept');
  await folder.remove();
  expect(existsSync(folder.path)).toBe(false);
  await folder.remove();
});

/** A process that makes a folder, says where, and then does as it is told. */
async function keepingProcess(then: string): Promise<{ readonly path: string; readonly pid: number }> {
  const script = `import(${JSON.stringify(PROGRAM)}).then(async ({ keepFolder }) => {
    const { path } = await keepFolder();
    console.log(path);
    ${then}
  })`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  return { path: said.toString().trim(), pid: parent.pid ?? 0 };
}

test('is gone when whoever asked for it was killed, and what others have there is not', async () => {
  const other = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
  onTestFinished(() => rmSync(other, { recursive: true, force: true }));
  const { path, pid } = await keepingProcess('setInterval(() => undefined, 1000);');
  expect(existsSync(path)).toBe(true);
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => existsSync(path), PATIENCE).toBe(false);
  expect(existsSync(other)).toBe(true);
});

test('is gone when whoever asked for it just ends, and keeps nobody from ending', async () => {
  const { path } = await keepingProcess('');
  await expect.poll(() => existsSync(path), PATIENCE).toBe(false);
});

test('is gone even if somebody who outlives the tool puts it back', async () => {
  const { path, pid } = await keepingProcess('setInterval(() => undefined, 1000);');
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => existsSync(path), PATIENCE).toBe(false);
  mkdirSync(join(path, 'late'), { recursive: true });
  await expect.poll(() => existsSync(path), PATIENCE).toBe(false);
});

test('one clear message where no folder can be made', async () => {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = '/no/such/folder';
  onTestFinished(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
  await expect(keepFolder()).rejects.toThrow('no temporary folder could be made: ENOENT');
});
