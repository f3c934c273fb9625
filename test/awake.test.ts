/** Cores that are kept awake for a run, and somebody who ends what keeps them so: the whole program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecord } from '../src/result/read-record.ts';
import { choosePlacement } from '../src/trial/placement.ts';
import { wakefulnessObstacle } from '../src/trial/wakefulness.ts';
import { eventually, leftOf, startCommand, temporaryFolder } from './fixtures/command.ts';

const isSpinner = ({ pid }: { readonly pid: number }): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sh\0-c\0for try in');
  } catch {
    return false;
  }
};

test('no number of a trial is used whose cores fell asleep; where they cannot be kept awake, that is said before', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'x.json');
  const command = startCommand(
    ['run', 'tool-calls', '-t', 'websocket', '--quick', '--trials', '1', '--duration', '2s', '--awake', '-o', path],
    folder,
  );
  if (wakefulnessObstacle(choosePlacement()) !== undefined) {
    expect(await command.ended).toMatchObject({ code: 2, stdout: '' });
    return;
  }
  const { pid } = await eventually(() => command.seen.find(isSpinner), 'spinner');
  process.kill(pid, 'SIGKILL');
  const { code, stderr } = await command.ended;
  expect(stderr).toMatch(/failed: core \d+ was no longer kept from idling: what ran on it was killed by SIGKILL/);
  expect(code).toBe(4);
  const { trials } = readRecord(path);
  expect(trials.map(({ status, measurements }) => [status, measurements.length])).toEqual([['failed', 0]]);
  expect(leftOf(command).processes).toEqual([]);
});
