import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually, isRunning } from '../../test/fixtures/command.ts';
import { startSupervised } from './supervised.ts';

/** A folder with something in it, for a command to have. */
function folderToGo(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'profile'), 'kept by the command');
  return folder;
}

const node = (script: string): readonly string[] => [process.execPath, '-e', script];
const gone = (folder: string) => eventually(() => (existsSync(folder) ? undefined : true), 'end of the folder', 10_000);

describe('the folder of a command', () => {
  test('is there while it runs, and gone when it has been ended', async () => {
    const folder = folderToGo();
    const command = await startSupervised(node('setInterval(() => undefined, 1000)'), { folder });
    expect(existsSync(join(folder, 'profile'))).toBe(true);
    await command.end();
    expect(existsSync(folder)).toBe(false);
  });

  test('is gone when it ends by itself, and one that is not named stays', async () => {
    const [folder, other] = [folderToGo(), folderToGo()];
    const script = `require('node:fs').writeFileSync(process.env.HOME + '/more', '')`;
    const command = await startSupervised(node(script), { folder, env: { HOME: folder } });
    expect(await command.gone).toBe('ended with exit code 0');
    await gone(folder);
    expect(existsSync(other)).toBe(true);
  });

  test('is gone where there is no such program', async () => {
    const folder = folderToGo();
    await expect(startSupervised(['/no/such/program'], { folder })).rejects.toThrow('there is no such program');
    await gone(folder);
  });

  test('is gone, and so is the command, when whoever started it was killed', async () => {
    const folder = folderToGo();
    const program = new URL('../../dist/child/supervised.js', import.meta.url).href;
    const script = `import(${JSON.stringify(program)}).then(async ({ startSupervised }) => {
      const command = await startSupervised([process.execPath, '-e', 'setInterval(() => undefined, 1000)'], { folder: ${JSON.stringify(folder)} });
      console.log(command.pid);
    })`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    expect(existsSync(folder)).toBe(true);
    parent.kill('SIGKILL');
    await gone(folder);
    expect(isRunning(pid)).toBe(false);
  });
});

test('the end does not wait for the dead whom nobody buries', async () => {
  // The command starts one that outlives it, goes first, and so leaves it to whoever is process 1 here.
  const script = `require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' }).unref(); console.log('here'); setInterval(() => undefined, 1000)`;
  const command = await startSupervised(node(script));
  await once(command.stdout, 'data');
  const startMs = performance.now();
  await command.end();
  // The grace is a second, and a second more after that; both are used up only by somebody who still runs.
  expect(performance.now() - startMs).toBeLessThan(1_900);
});

test('a command does not outlive its supervisor, whoever kills that', async () => {
  const command = await startSupervised(node('console.log(process.ppid); setInterval(() => undefined, 1000)'));
  const [parent] = (await once(command.stdout, 'data')) as [Buffer];
  process.kill(Number(parent.toString()), 'SIGKILL');
  expect(await command.gone).toBe('was ended');
  await command.end();
  // Nobody buries it where the first process of a container does not: a zombie is gone all the same.
  // Its pipes close a moment before it is gone.
  await expect.poll(() => isRunning(command.pid)).toBe(false);
});
