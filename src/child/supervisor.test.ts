import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../bin/supervisor.js', import.meta.url));
const LIMIT_MS = 10_000;

/** Starts a supervisor as this tool does, names it, and is killed by itself before that can have been loaded. */
const TOOL = `
const { spawn } = require('node:child_process');
const { writeSync } = require('node:fs');
const command = [process.execPath, '-e', 'setInterval(() => undefined, 1000)'];
const options = { detached: true, stdio: ['pipe', 'pipe', 'pipe', 'ipc'] };
const supervisor = spawn(process.execPath, [${JSON.stringify(PROGRAM)}, ...command], options);
writeSync(1, String(supervisor.pid));
process.kill(process.pid, 'SIGKILL');
`;

/** Not one that nobody has come to bury yet. */
function isThere(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') === false;
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone by itself, as it should.
  }
}

test('a supervisor whose tool is killed while it is loading goes by itself', async () => {
  const tool = spawn(process.execPath, ['-e', TOOL], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  tool.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [, signal] = (await once(tool, 'close')) as [number | null, NodeJS.Signals | null];
  const pid = Number(said);
  expect(pid).toBeGreaterThan(0);
  onTestFinished(() => kill(pid));
  expect(signal).toBe('SIGKILL');
  await expect.poll(() => isThere(pid), { timeout: LIMIT_MS }).toBe(false);
});
