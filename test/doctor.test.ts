/** `doctor` as a user starts it: what it says, how it ends, and that nothing is left of it. */
import { describe, expect, test } from 'vitest';
import { CHECK_WORDS } from '../src/doctor/check.ts';
import { parseDoctor } from '../src/doctor/doctor-json-schema.ts';
import { leftOf, runCommand, startCommand, temporaryFolder } from './fixtures/command.ts';

const NAMES = ['Node', 'open files', 'memory', 'cores', 'quota', 'clocks', 'pauses', 'timers', 'pacer', 'other work'];
const CODES = { ok: 0, note: 0, doubt: 3, cannot: 4 } as const;

test('says one thing about everything, ends by the worst of it, and leaves no watcher', async () => {
  const command = startCommand(['doctor'], temporaryFolder());
  const { code, stdout, stderr } = await command.ended;
  expect(command.seen.filter(({ role }) => role === 'watcher').length).toBeGreaterThan(1);
  expect(leftOf(command)).toEqual({ processes: [], sockets: [] });
  expect(stderr).toBe('watching the cores for 7 s …\n');
  const said = [...stdout.matchAll(/^(ok|note|doubt|cannot) +(.+?) {2}/gm)].map(([, word, name]) => ({ word, name }));
  expect(said.map(({ name }) => name)).toEqual(expect.arrayContaining(NAMES));
  const worst = CHECK_WORDS.findLast((word) => said.some((one) => one.word === word)) ?? 'ok';
  expect(code).toBe(CODES[worst]);
  expect(stdout).toMatch(/\nThis machine can.*/);
});

test('for a script it says the same in its published form', async () => {
  const { code, stdout } = await runCommand(['doctor', '-f', 'json'], temporaryFolder());
  const value: unknown = JSON.parse(stdout);
  const { checks, precisions } = parseDoctor(value);
  expect(parseDoctor(value)).toEqual(value);
  expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(NAMES));
  expect(precisions).toBeUndefined();
  expect(code).toBe(CODES[CHECK_WORDS.findLast((word) => checks.some((one) => one.word === word)) ?? 'ok']);
  const schema = await runCommand(['schema', 'doctor'], temporaryFolder());
  expect(JSON.parse(schema.stdout)).toMatchObject({
    title: 'mcp-transport-bench doctor',
    properties: { schema: { const: 'mcp-transport-bench/doctor' }, schemaVersion: { const: 1 } },
    required: ['schema', 'schemaVersion', 'checks'],
  });
  expect(schema.stdout).not.toContain('"additionalProperties": false');
});

describe('interrupted', () => {
  test('while it watches: ends at once, and its watchers with it', async () => {
    const command = startCommand(['doctor'], temporaryFolder());
    await command.started('watcher', 2);
    command.process.kill('SIGINT');
    const { code, stderr } = await command.ended;
    expect(code).toBe(130);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(leftOf(command)).toEqual({ processes: [], sockets: [] });
  });

  test('while it calibrates: the driver and the endpoint end too', async () => {
    const command = startCommand(['doctor', '--calibrate', '--quick', '-f', 'json'], temporaryFolder());
    await command.printed(/trial 1 of 40/);
    await command.started('driver', 6);
    command.process.kill('SIGINT');
    const { code, stderr } = await command.ended;
    expect(code).toBe(130);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(leftOf(command)).toEqual({ processes: [], sockets: [] });
  });
});

test.each([
  [['doctor', '--pairs', '10'], '--pairs: got a word about the calibration without --calibrate'],
  [['doctor', '--quick'], '--quick: got a word about the calibration without --calibrate'],
  [['doctor', '--calibrate', '--pairs', '5'], '--pairs: got "5", expected a whole number from 6 to 200'],
  [['doctor', '-f', 'x\u001b[31m'], '--format: got "x\\u001b[31m", expected table or json'],
])('%j is refused before anything is watched', async (args, message) => {
  const { code, stdout, stderr } = await runCommand(args, temporaryFolder());
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('watching');
});
