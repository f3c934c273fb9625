import { readFileSync, readdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { yieldHelpers } from './helper-threads.ts';

/** [man proc_pid_stat] field 41, of every thread of this process by its id. */
const policies = (): Record<string, number> =>
  Object.fromEntries(
    readdirSync('/proc/self/task').map((id) => {
      const text = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
      return [id, Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[38])];
    }),
  );

const SCHED_IDLE = 5;
/** Where the system does not let anybody yield, nothing is to change. */
const YIELDING = spawnSync('chrt', ['--idle', '0', 'true']).status === 0 ? 5 : 0;

test('the engine’s threads give way, the one that everything runs on does not, and all is as before afterwards', async () => {
  const before = policies();
  const restore = await yieldHelpers();
  const meanwhile = policies();
  expect(Object.values(meanwhile).filter((policy) => policy === SCHED_IDLE)).toHaveLength(YIELDING);
  expect(meanwhile[process.pid]).toBe(before[process.pid]);
  await restore();
  expect(Object.values(policies())).not.toContain(SCHED_IDLE);
});
