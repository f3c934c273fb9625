/**
 * Stands between this tool and a command that is not ours: starts it as the leader of a process group of its own, and
 * ends the whole group when the command is over, when told to, or when whoever asked for it is gone, killed included. What
 * the command keeps in a folder that was made for it goes last.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';

/** Between the polite end of the group and the other one. */
const GRACE_MS = 1_000;
const LOOK_EVERY_MS = 20;
/** For the group to be gone after it was killed. */
const KILLED_MS = 1_000;

/** Begins the word before the command that names its folder. */
const FOLDER_WORD = '--folder=';

/** What is told of the command over IPC. */
export type Told =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'not-started'; readonly why: string }
  | { readonly kind: 'gone'; readonly code: number | null; readonly signal: NodeJS.Signals | null };

function main(words: readonly string[]): void {
  const { folder, program, args } = readWords(words);
  // An interrupt from the terminal reaches us too; what is to become of the command is our parent's decision.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  // Whoever asked may have gone while this program was being loaded, when nobody heard it.
  if (!process.connected) {
    remove(folder);
    return;
  }
  const child = spawn(program, args, { detached: true, stdio: 'inherit' });
  const end = onceOnly(
    () =>
      void endGroup(child.pid).then(() => {
        remove(folder);
        process.exit(0);
      }),
  );
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

interface Words {
  /** Removed when the command is gone; `undefined` when it has none. */
  readonly folder: string | undefined;
  readonly program: string;
  readonly args: readonly string[];
}

function readWords(words: readonly string[]): Words {
  const folder = words[0]?.startsWith(FOLDER_WORD) === true ? words[0].slice(FOLDER_WORD.length) : undefined;
  const [program = '', ...args] = folder === undefined ? words : words.slice(1);
  return { folder, program, args };
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
  signalGroup(leader, 'SIGTERM');
  if (await goneWithin(leader, GRACE_MS)) return;
  signalGroup(leader, 'SIGKILL');
  await goneWithin(leader, KILLED_MS);
}

async function goneWithin(leader: number, limitMs: number): Promise<boolean> {
  for (let waitedMs = 0; isAlive(leader); waitedMs += LOOK_EVERY_MS) {
    if (waitedMs >= limitMs) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
}

/** Tried a few times: whoever was killed a moment ago may have been writing into it. */
function remove(folder: string | undefined): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: LOOK_EVERY_MS });
}

/**
 * Whether anybody of the group still runs. The dead whom nobody has buried yet do not: where the first process of a
 * container is no real init, they lie about for seconds.
 */
function isAlive(leader: number): boolean {
  if (!signalGroup(leader, 0)) return false;
  const members = statsOf().filter(({ group }) => group === leader);
  return members.length === 0 ? !hasProc() : members.some(({ state }) => state !== 'Z' && state !== 'X');
}

/** Of every process that there is; none where the system does not tell. */
function statsOf(): readonly { readonly group: number; readonly state: string }[] {
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      // Behind the program's name, which may hold anything: state, parent, group.
      const [state = '', , group] = (textOf(`/proc/${pid}/stat`).split(') ').at(-1) ?? '').split(' ');
      return group === undefined ? [] : [{ group: Number(group), state }];
    });
}

const hasProc = (): boolean => textOf(`/proc/${process.pid}/stat`) !== '';

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // It has gone meanwhile, or there is none.
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
