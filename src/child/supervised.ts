/** A command that is not ours, started under a supervisor: nothing of it survives us, however we end. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LastWords } from './last-words.ts';
import type { Told } from './supervisor.ts';

/** A foreign command that runs. */
export interface Supervised {
  /** Of the command itself; it leads its process group. */
  readonly pid: number;
  /** Towards the command. Counts its bytes. */
  readonly stdin: Socket;
  /** From the command. Counts its bytes. */
  readonly stdout: Socket;
  /** The last of what it has said on stderr so far, as it said it. */
  lastWords(): string;
  /** Resolves, with the reason in words, when the command is gone. Never rejects. */
  readonly gone: Promise<string>;
  /** Ends the command and everything it has started: politely, then not. Resolves when all is gone. Never rejects. */
  end(): Promise<void>;
}

/** Beyond the supervisor's own grace. */
const END_LIMIT_MS = 3_000;

/** What `gone` says of a command that this tool has ended. */
export const ENDED_HERE = 'was ended';

const PROGRAM = fileURLToPath(new URL('../../bin/supervisor.js', import.meta.url));

export interface SupervisedOptions {
  /** Removed, with all that is in it, when the command is gone, however it went. */
  readonly folder?: string;
  /** Of the command, beside what it inherits. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the command works; absent: where this process does. */
  readonly cwd?: string | undefined;
  /** Is told what the command says on stderr, as it says it. */
  readonly hear?: (text: string) => void;
}

/** Starts the command, without a shell. Rejects with one line when there is no such program or it may not be run. */
export async function startSupervised(
  argv: readonly string[],
  { folder, env = {}, cwd, hear }: SupervisedOptions = {},
): Promise<Supervised> {
  const ofFolder = folder === undefined ? [] : [`--folder=${folder}`];
  // In a group of its own: what kills our whole group must leave it alive to end the command.
  const supervisor = spawn(process.execPath, [PROGRAM, ...ofFolder, ...argv], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const { stdin, stdout, stderr } = supervisor;
  if (stdin === null || stdout === null || stderr === null)
    throw new Error('a supervisor was started without its pipes');
  // Writing to a command that is gone is told by `gone`.
  for (const stream of [stdin, stdout, stderr]) stream.on('error', () => undefined);
  const said = new LastWords();
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said.add(text);
    hear?.(text);
  });
  const { started, gone } = follow(supervisor);
  const pid = await started;
  return {
    pid,
    stdin: stdin as Socket,
    stdout: stdout as Socket,
    lastWords: () => said.text,
    gone,
    end: () => end(supervisor, pid),
  };
}

function follow(supervisor: ChildProcess): { readonly started: Promise<number>; readonly gone: Promise<string> } {
  let tellGone: (reason: string) => void = () => undefined;
  let how: string = ENDED_HERE;
  const gone = new Promise<string>((resolve) => {
    tellGone = resolve;
  });
  const started = new Promise<number>((resolve, reject) => {
    supervisor.on('message', (message) => {
      const told = message as Told;
      if (told.kind === 'started') {
        resolve(told.pid);
        // Whoever kills the supervisor leaves a command that nobody ends, and that keeps our pipes open.
        supervisor.once('exit', (_code, signal) => {
          if (signal !== null) killGroup(told.pid);
        });
      } else if (told.kind === 'not-started') reject(new Error(notStarted(told.why)));
      else how = told.signal === null ? `ended with exit code ${told.code ?? '?'}` : `was killed by ${told.signal}`;
    });
    supervisor.on('error', (error) => reject(error));
    // Not before the last words are in.
    supervisor.stderr?.on('close', () => {
      reject(new Error('its supervisor ended before it was started'));
      tellGone(how);
    });
  });
  return { started, gone };
}

function notStarted(why: string): string {
  if (why === 'ENOENT') return 'there is no such program';
  return why === 'EACCES' ? 'the program may not be executed' : `the program could not be started (${why})`;
}

function end(supervisor: ChildProcess, pid: number): Promise<void> {
  if (supervisor.exitCode !== null || supervisor.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      killGroup(pid);
      supervisor.kill('SIGKILL');
    }, END_LIMIT_MS);
    supervisor.once('exit', () => {
      clearTimeout(cut);
      resolve();
    });
    if (supervisor.connected) supervisor.disconnect();
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
