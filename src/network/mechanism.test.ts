import { expect, test } from 'vitest';
import { NETWORK_PROFILES, NETWORKS } from '../scenario/network.ts';
import { chooseMechanism, netemObstacle, type NetemTrial } from './mechanism.ts';

const UNKNOWN = 'Error: Specified qdisc kind is unknown.';
const failed = (stderr: string, status = 2): NetemTrial => ({ errorCode: undefined, status, stderr });

test('what only delays is a relay’s, loopback nobody’s, and loss nobody’s here', () => {
  const choices = NETWORK_PROFILES.map((profile) => chooseMechanism(profile, () => failed(UNKNOWN)));
  expect(choices).toEqual([
    { possible: true, mechanism: undefined },
    { possible: true, mechanism: 'relay' },
    { possible: true, mechanism: 'relay' },
    { possible: true, mechanism: 'relay' },
    {
      possible: false,
      reason: 'a relay cannot lose packets as a network does; that takes netem, and this kernel has none (sch_netem)',
    },
  ]);
});

test('whatever this machine has, what loses packets has a reason why not', () => {
  const choice = chooseMechanism('wan-lossy');
  expect(NETWORKS['wan-lossy'].lossShare).toBeGreaterThan(0);
  expect(choice.possible ? '' : choice.reason).toMatch(/^a relay cannot lose packets .* takes netem, and .+/);
});

test.each<[NetemTrial, string]>([
  [{ errorCode: 'ENOENT', status: null, stderr: '' }, 'the program unshare is missing here (util-linux)'],
  [
    failed('unshare: failed to execute tc: No such file or directory', 127),
    'the program tc is missing here (apt-get install iproute2)',
  ],
  [failed('unshare: unshare failed: Operation not permitted', 1), 'this user may not make a network namespace here'],
  [failed(UNKNOWN), 'this kernel has none (sch_netem)'],
  [failed('RTNETLINK answers: Invalid argument'), 'it could not be set up here'],
  [failed('', 0), 'although this kernel has it, this version of the tool does not drive it'],
])('%j: %s', (trial, why) => {
  expect(netemObstacle(trial)).toBe(why);
});
