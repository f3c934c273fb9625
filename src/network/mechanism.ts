/** By which mechanism a network can be emulated on this machine, or why it cannot. */
import { spawnSync } from 'node:child_process';
import { type NetworkMechanism, type NetworkProfile, NETWORKS } from '../scenario/network.ts';

export type MechanismChoice =
  /** `undefined` where there is nothing to emulate. */
  | { readonly possible: true; readonly mechanism: NetworkMechanism | undefined }
  | { readonly possible: false; readonly reason: string };

const LIMIT_MS = 5_000;

/** What came of trying netem in a network namespace of its own, which goes with the program that tried. */
export interface NetemTrial {
  /** Of starting the program; `undefined` when it was started. */
  readonly errorCode: string | undefined;
  readonly status: number | null;
  readonly stderr: string;
}

/** A relay delays and loses nothing: what TCP does about a loss it would have to pretend. */
export function chooseMechanism(profile: NetworkProfile, tryNetem: () => NetemTrial = tryNetemHere): MechanismChoice {
  if (profile === 'lo') return { possible: true, mechanism: undefined };
  if (NETWORKS[profile].lossShare === 0) return { possible: true, mechanism: 'relay' };
  const reason = `a relay cannot lose packets as a network does; that takes netem, and ${netemObstacle(tryNetem())}`;
  return { possible: false, reason };
}

/** In words; also where it would work, because this version has been tried on no such machine. */
export function netemObstacle({ errorCode, status, stderr }: NetemTrial): string {
  if (errorCode !== undefined) return 'the program unshare is missing here (util-linux)';
  if (status === 0) return 'although this kernel has it, this version of the tool does not drive it';
  if (/failed to execute tc/.test(stderr)) return 'the program tc is missing here (apt-get install iproute2)';
  if (/qdisc kind is unknown/.test(stderr)) return 'this kernel has none (sch_netem)';
  if (/unshare/.test(stderr)) return 'this user may not make a network namespace here';
  return 'it could not be set up here';
}

function tryNetemHere(): NetemTrial {
  const inNamespace = [
    '--user',
    '--map-root-user',
    '--net',
    'tc',
    ...'qdisc add dev lo root netem delay 1ms'.split(' '),
  ];
  const tried = spawnSync('unshare', inNamespace, { timeout: LIMIT_MS, encoding: 'utf8' });
  const error: NodeJS.ErrnoException | undefined = tried.error;
  return { errorCode: error?.code, status: tried.status, stderr: tried.stderr ?? '' };
}
