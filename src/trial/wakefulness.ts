/**
 * Keeps cores from idling. A core that sleeps takes tens of microseconds to wake, more than any transport costs, and how
 * many depends on what the machine, and its host, did a moment ago. Where two versions of the same code are held against
 * each other that is noise and nothing else: here the same median of a call went from 88–141 µs in ten trials to 45–46 µs.
 */
import { spawnSync } from 'node:child_process';
import { pinnedArgv } from '../child/pin.ts';
import { startSupervised, type Supervised } from '../child/supervised.ts';
import { driverCpusOf, type Placement } from './placement.ts';

/** [man sched] SCHED_IDLE: runs where nothing else wants to, and gives way at once. */
const IDLE_CLASS = ['-n', '19', 'chrt', '--idle', '0'];
/**
 * [man sched] Each session has its share of the processor, whatever the classes of what runs in it: next to another session
 * a spinner of the idle class counts as much as a server, and holds its core for whole slices of 3 ms. So its session says
 * that it wants next to nothing. The system takes such a word only ten times a second, from everybody together.
 */
const SPIN = [
  'sh',
  '-c',
  `for try in 1 2 3 4 5 6 7 8 9 10; do { echo 19 > /proc/self/autogroup; } 2>/dev/null && break
  [ -e /proc/self/autogroup ] && sleep 0.15 || break; done
while :; do :; done`,
];
const LOOK_LIMIT_MS = 5_000;

/** Why cores cannot be kept from idling here; `undefined` where they can. */
export function wakefulnessObstacle(placement: Placement): string | undefined {
  if (placement.kind === 'free') return `processes are not kept on cores of their own: ${placement.because}`;
  const look = spawnSync('nice', [...IDLE_CLASS, 'true'], { timeout: LOOK_LIMIT_MS });
  if (look.status === 0) return undefined;
  return 'the program chrt is not installed, or may not be used';
}

/** Something of the lowest class that runs on cores. */
export interface Wakefulness {
  /** Why they are no longer kept from idling, where what ran on one of them is gone; `undefined` as long as all of it is there. */
  readonly lostBecause: () => string | undefined;
  /** Resolves when all of it is gone. */
  readonly end: () => Promise<void>;
}

/** On every core that trials use, those of so many drivers and their probe among them, until it is ended. Rejects, with nothing left, where one cannot be started. */
export async function keepAwake(placement: Placement, drivers = 0): Promise<Wakefulness> {
  if (placement.kind === 'free') return { lostBecause: () => undefined, end: () => Promise.resolve() };
  const cpus = [
    ...new Set([placement.endpointCpu, ...driverCpusOf(placement, drivers), placement.driverCpu, placement.relayCpu]),
  ];
  let lost: string | undefined;
  const startOn = async (cpu: number): Promise<Supervised> => {
    const spinner = await startSupervised(pinnedArgv(['nice', ...IDLE_CLASS, ...SPIN], cpu));
    void spinner.gone.then((how) => (lost ??= `core ${cpu} was no longer kept from idling: what ran on it ${how}`));
    return spinner;
  };
  const starting = await Promise.allSettled(cpus.map(startOn));
  const started = starting.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const end = async (): Promise<void> => void (await Promise.all(started.map((one) => one.end())));
  const failed = starting.find((one) => one.status === 'rejected');
  if (failed === undefined) return { lostBecause: () => lost, end };
  await end();
  throw failed.reason instanceof Error ? failed.reason : new Error(String(failed.reason));
}
