/**
 * Stands between this tool and a command that is not ours: starts it as the leader of a process group of its own, and
 * ends the whole group when the command is over, when told to, or when whoever asked for it is gone, killed included.
 */
import { spawn } from 'node:child_process';

/** Between the polite end of the group and the other one. */
const GRACE_MS = 1_000;
const LOOK_EVERY_MS = 20;

/** What is told of the command over IPC. */
export type Told =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'not-started'; readonly why: string }
  | { readonly kind: 'gone'; readonly code: number | null; readonly signal: NodeJS.Signals | null };

function main([program = '', ...args]: readonly string[]): void {
  // An interrupt from the terminal reaches us too; what is to become of the command is our parent's decision.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  // Whoever asked may have gone while this program was being loaded, when nobody heard it.
  if (!process.connected) return;
  const child = spawn(program, args, { detached: true, stdio: 'inherit' });
  const end = onceOnly(() => void endGroup(child.pid).then(() => process.exit(0)));
  child.on('error', (error) => {
    tell({ kind: 'not-started', why: (error as NodeJS.ErrnoException).code ?? error.message }, end);
  });
  if (child.pid !== undefined) tell({ kind: 'started', pid: child.pid }, () => undefined);
  // What it started may outlive it.
  child.on('exit', (code, signal) => tell({ kind: 'gone', code, signal }, end));
  process.on('message', end);
  process.on('disconnect', end);
  if (!process.connected) end();
}

function tell(told: Told, then: () => void): void {
  if (process.connected && process.send !== undefined) process.send(told, () => then());
  else then();
}

function onceOnly(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

/** Resolves when nothing of the group is left, or nothing more can be done about it. */
async function endGroup(leader: number | undefined): Promise<void> {
  if (leader === undefined) return;
  for (let waitedMs = 0; signalGroup(leader, waitedMs === 0 ? 'SIGTERM' : 0); waitedMs += LOOK_EVERY_MS) {
    if (waitedMs >= GRACE_MS) {
      signalGroup(leader, 'SIGKILL');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Whether there was anybody to receive it. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

main(process.argv.slice(2));
