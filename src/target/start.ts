/** Starts the command behind a target's address, and waits until somebody listens there. */
import { setTimeout as pause } from 'node:timers/promises';
import { padding } from '../child/child.ts';
import { pinnedArgv } from '../child/pin.ts';
import { startSupervised } from '../child/supervised.ts';
import { lastLine } from './last-line.ts';
import { listens, untilListening } from './reach.ts';
import type { TargetSpec } from './spec.ts';

/** A target that can be connected to. */
export interface StartedTarget {
  /** Of its command; `undefined` where none was started for it. */
  readonly pid: number | undefined;
  /** Ends what was started for it. Never rejects. */
  end(): Promise<void>;
}

export interface TargetStart {
  /** How long its command may take to listen. */
  readonly limitMs: number;
  /** Nobody needs it any more. */
  readonly signal?: AbortSignal | undefined;
  /** The core that its command is kept on; absent: the scheduler's choice. */
  readonly cpu?: number | undefined;
  /** See `ChildHome`. */
  readonly padBytes?: number | undefined;
}

/** How long a look takes at whether an address is free. */
const GLANCE_MS = 1_000;

/** How long a command of the trial before may take to let go of its port, and how often that is looked at. */
const RELEASE_LIMIT_MS = 3_000;
const LOOK_EVERY_MS = 100;

/** Whether nobody listens there, or whoever does stops in time. */
async function isFree(address: URL, signal: AbortSignal | undefined): Promise<boolean> {
  for (let waitedMs = 0; waitedMs <= RELEASE_LIMIT_MS; waitedMs += LOOK_EVERY_MS) {
    if (!(await listens(address, GLANCE_MS, signal))) return true;
    await pause(LOOK_EVERY_MS);
  }
  return false;
}

/**
 * Does nothing for a target that runs already, or that clients start. Rejects with an `Error` whose message goes after the
 * target's name, with nothing left running; on the signal too, and then at once.
 */
export async function startTarget(
  { url, argv, cwd }: TargetSpec,
  { limitMs, signal, cpu, padBytes }: TargetStart,
): Promise<StartedTarget> {
  if (url === undefined || argv === undefined) return { pid: undefined, end: () => Promise.resolve() };
  const address = new URL(url);
  if (!(await isFree(address, signal)))
    throw new Error(`somebody listens at ${address.host} already, before its command was started: end that first`);
  const command = await startSupervised(pinnedArgv(argv, cpu), { cwd, env: padding(padBytes) });
  // Nobody reads it, and a full pipe would stop the command.
  command.stdout.resume();
  if (await untilListening(address, { limitMs, gone: command.gone, signal }))
    return { pid: command.pid, end: () => command.end() };
  const how = await Promise.race([command.gone, Promise.resolve(undefined)]);
  await command.end();
  throw new Error(
    how === undefined
      ? `its command did not listen at ${address.host} ${signal?.aborted === true ? 'yet' : `within ${limitMs / 1000} s (--ready-timeout)`}${lastLine(command.lastWords())}`
      : `its command ${how} before it listened at ${address.host}${lastLine(command.lastWords())}`,
  );
}
