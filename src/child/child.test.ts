import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { isAlive } from '../../test/fixtures/child.ts';
import { milliseconds, seconds } from '../units.ts';
import { type Child, ChildError, startChild } from './child.ts';

type Awkward = {
  echo: { body: unknown; reply: unknown };
  refuse: { body: undefined; reply: never };
  ignore: { body: undefined; reply: never };
  exit: { body: undefined; reply: never };
  crash: { body: undefined; reply: never };
  stay: { body: undefined; reply: undefined };
};

const PROMPT = seconds(20);

/** Does what it is asked to, well or badly. */
const PROGRAM = `
process.on('message', ({ seq, command, body }) => {
  const answers = {
    echo: () => process.send({ seq, reply: body }),
    refuse: () => process.send({ seq, error: 'not today' }),
    ignore: () => undefined,
    exit: () => process.exit(7),
    crash: () => {
      throw new Error('a bug');
    },
    // From now on it neither goes with its parent nor on SIGTERM.
    stay: () => {
      process.removeAllListeners('disconnect');
      process.on('SIGTERM', () => undefined);
      setInterval(() => undefined, 1_000);
      process.send({ seq });
    },
  };
  answers[command]();
});
process.on('disconnect', () => process.exit(0));
`;
const folder = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
const path = join(folder, 'awkward.js');
writeFileSync(path, PROGRAM);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const awkward = relative(fileURLToPath(new URL('../../bin', import.meta.url)), path);

function start(program = awkward): Child<Awkward> {
  const child = startChild<Awkward>({ name: 'endpoint', program });
  onTestFinished(() => child.end());
  return child;
}

const whyNot = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'answered',
    (error: unknown) => (error instanceof ChildError ? error.message : `another error: ${String(error)}`),
  );

describe('asking', () => {
  test('answers find their questions, in whatever number', async () => {
    const child = start();
    const bodies = Array.from({ length: 50 }, (_, index) => ({ index }));
    expect(await Promise.all(bodies.map((body) => child.ask('echo', body, PROMPT)))).toEqual(bodies);
  });

  test('an error is the asker’s, and the child lives on', async () => {
    const child = start();
    expect(await whyNot(child.ask('refuse', undefined, PROMPT))).toBe('endpoint: not today');
    expect(await child.ask('echo', 1, PROMPT)).toBe(1);
  });

  test('silence has a limit, and the child lives on', async () => {
    const child = start();
    await child.ask('echo', 0, PROMPT);
    expect(await whyNot(child.ask('ignore', undefined, milliseconds(20)))).toBe(
      'the endpoint did not answer "ignore" within 20 ms',
    );
    expect(await child.ask('echo', 1, PROMPT)).toBe(1);
  });
});

describe('dying', () => {
  test('all who wait are told how, and so are those who ask later', async () => {
    const child = start();
    const waiting = [child.ask('ignore', undefined, PROMPT), child.ask('exit', undefined, PROMPT)].map(whyNot);
    expect(await Promise.all(waiting)).toEqual(Array(2).fill('the endpoint process ended with exit code 7'));
    expect(await whyNot(child.ask('echo', 1, PROMPT))).toBe('the endpoint process ended with exit code 7');
  });

  test('by a signal', async () => {
    const child = start();
    await child.ask('echo', 0, PROMPT);
    const waiting = whyNot(child.ask('ignore', undefined, PROMPT));
    process.kill(child.pid, 'SIGKILL');
    expect(await waiting).toBe('the endpoint process was killed by SIGKILL');
  });

  test('of a bug: what it said last is passed on', async () => {
    expect(await whyNot(start().ask('crash', undefined, PROMPT))).toMatch(
      /^the endpoint process ended with exit code 1; it said: [\s\S]*Error: a bug/,
    );
  });

  test('before it was born', async () => {
    expect(await whyNot(start('no-such-program.js').ask('echo', 1, PROMPT))).toMatch(
      /^the endpoint process ended with exit code 1; it said: [\s\S]*Cannot find module/,
    );
  });
});

describe('ending', () => {
  test('is over when the process is gone, and may be asked for twice', async () => {
    const child = start();
    await child.ask('echo', 0, PROMPT);
    await Promise.all([child.end(), child.end()]);
    expect(isAlive(child.pid)).toBe(false);
    await child.end();
    expect(await whyNot(child.ask('echo', 1, PROMPT))).toBe('the endpoint process ended with exit code 0');
  });

  test('tells those who wait', async () => {
    const child = start();
    await child.ask('echo', 0, PROMPT);
    const waiting = whyNot(child.ask('ignore', undefined, PROMPT));
    await child.end();
    expect(await waiting).toBe('the endpoint process ended with exit code 0');
  });

  test('a child that will not go is ended', async () => {
    const child = start();
    await child.ask('stay', undefined, PROMPT);
    await child.end();
    expect(isAlive(child.pid)).toBe(false);
    expect(await whyNot(child.ask('echo', 1, PROMPT))).toBe('the endpoint process was killed by SIGKILL');
  });
});
