/** A temporary folder that is gone when this process is, however it ends. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ChildError } from './child.ts';
import type { KeeperTold } from './folder-keeper.ts';

export interface KeptFolder {
  /** Absolute; empty at first, and nobody else's to read. */
  readonly path: string;
  /** Removes it with all that is in it. Resolves when it is gone. Never rejects. */
  remove(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../../bin/folder-keeper.js', import.meta.url));

/** Makes the folder. Rejects with a `ChildError`, fit to print, where none can be made. */
export async function keepFolder(): Promise<KeptFolder> {
  // In a group of its own: what kills our whole group must leave it alive to clean up.
  const keeper = fork(PROGRAM, [], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
  const gone = new Promise<void>((resolve) => {
    keeper.once('exit', () => resolve());
    keeper.once('error', () => resolve());
  });
  const told = await Promise.race([
    once(keeper, 'message').then(([message]) => message as KeeperTold),
    gone.then((): KeeperTold => ({ kind: 'not-made', why: 'its keeper ended' })),
  ]);
  if (told.kind === 'not-made') throw new ChildError(`no temporary folder could be made: ${told.why}`);
  // Who waits for nothing but the keeper has come to the end.
  keeper.unref();
  keeper.channel?.unref();
  return {
    path: told.path,
    remove: async () => {
      if (keeper.exitCode !== null || keeper.signalCode !== null) return;
      keeper.ref();
      if (keeper.connected) keeper.send('remove', () => undefined);
      await gone;
    },
  };
}
