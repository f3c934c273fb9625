/** A child process of the command: asked over IPC, ended by its own id, on every way out. */
import { type ChildProcess, fork } from 'node:child_process';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Nanoseconds, toMilliseconds } from '../units.ts';
import { LastWords } from './last-words.ts';

/** What a child can be asked: command name → what it takes and what it answers. */
export type Commands = Record<string, { readonly body: unknown; readonly reply: unknown }>;

/** A child died, did not answer in time, or answered with an error. Its message is fit to print. */
export class ChildError extends Error {
  override readonly name = 'ChildError';
}

export interface ChildOptions {
  /** The word for it in messages: `endpoint`, `driver`. */
  readonly name: string;
  /** File name in the package's `bin` folder. */
  readonly program: string;
  /** Another build of the package, whose program it is; absent for this one. */
  readonly home?: ChildHome | undefined;
}

/** Where a child's code lies and what it finds there: no two trials need to find the same. */
export interface ChildHome {
  /** The root of a package like this one; absent for this one. */
  readonly root?: string | undefined;
  /** Length of a variable that nobody reads: where things lie in memory depends on the size of the environment. */
  readonly padBytes?: number | undefined;
}

export interface Child<C extends Commands> {
  readonly pid: number;
  /** Sends one command and waits for its answer. Rejects with a `ChildError` when there is none in time or the child dies first. */
  ask<K extends keyof C & string>(command: K, body: C[K]['body'], timeoutNs: Nanoseconds): Promise<C[K]['reply']>;
  /** Resolves, with how it ended in words, when the process is gone. Never rejects. */
  readonly gone: Promise<string>;
  /** Ends the process: politely, then not. Resolves when it is gone. Never rejects. */
  end(): Promise<void>;
}

/** A child that is spoken to through its standard streams besides. */
export interface PipedChild<C extends Commands> extends Child<C> {
  readonly stdin: Socket;
  readonly stdout: Socket;
}

interface Answer {
  readonly seq: number;
  readonly error?: string;
  readonly reply?: unknown;
}

interface Waiting {
  readonly resolve: (reply: never) => void;
  readonly reject: (error: ChildError) => void;
  readonly timer: NodeJS.Timeout;
}

const END_GRACE_MS = 2_000;

/** Children that are alive. Whatever ends the command ends them. */
const alive = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** The package's root: the same number of steps up from `src/child/` and `dist/child/`. */
const programPath = (program: string, root: string | undefined): string =>
  root === undefined ? fileURLToPath(new URL(`../../bin/${program}`, import.meta.url)) : join(root, 'bin', program);

/** The variable that makes the environment so many bytes larger; none for a process that nothing is to be told apart by. */
export const padding = (bytes: number | undefined): Readonly<Record<string, string>> =>
  bytes === undefined ? {} : { MCP_BENCH_PAD: 'x'.repeat(bytes) };

export function startChild<C extends Commands>(options: ChildOptions): Child<C> {
  return new ForkedChild<C>(options.name, forkProgram(options, 'ignore'));
}

/** As `startChild`, with pipes for its standard input and output. Throws when the system gives none. */
export function startPipedChild<C extends Commands>(options: ChildOptions): PipedChild<C> {
  const child = forkProgram(options, 'pipe');
  const forked = new ForkedChild<C>(options.name, child);
  const { stdin, stdout } = child;
  if (!(stdin instanceof Socket && stdout instanceof Socket)) {
    void forked.end();
    throw new ChildError(`the ${options.name} could not be started: there are no pipes to it`);
  }
  return Object.assign(forked, { stdin, stdout });
}

const forkProgram = ({ program, home }: ChildOptions, streams: 'ignore' | 'pipe'): ChildProcess =>
  fork(programPath(program, home?.root), [], {
    stdio: [streams, streams, 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, NODE_ENV: 'production', ...padding(home?.padBytes) },
  });

class ForkedChild<C extends Commands> implements Child<C> {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly gone: Promise<string>;
  #seq = 0;
  readonly #stderr = new LastWords();
  #ending = false;
  #deadBecause: ChildError | undefined;

  constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#process = child;
    alive.add(child);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#stderr.add(text));
    child.on('message', (message) => this.#onAnswer(message as Answer));
    child.on('error', (error) => this.#die(`could not be started: ${error.message}`));
    this.gone = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        alive.delete(child);
        resolve(this.#die(signal === null ? `ended with exit code ${code ?? '?'}` : `was killed by ${signal}`));
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  ask<K extends keyof C & string>(command: K, body: C[K]['body'], timeoutNs: Nanoseconds): Promise<C[K]['reply']> {
    if (this.#deadBecause !== undefined) return Promise.reject(this.#deadBecause);
    this.#seq += 1;
    const seq = this.#seq;
    return new Promise((resolve, reject) => {
      const timeoutMs = toMilliseconds(timeoutNs);
      const timer = setTimeout(() => {
        this.#waiting.delete(seq);
        reject(new ChildError(`the ${this.#name} did not answer "${command}" within ${Math.round(timeoutMs)} ms`));
      }, timeoutMs);
      this.#waiting.set(seq, { resolve, reject, timer });
      this.#process.send({ seq, command, body }, (error) => {
        if (error !== null) this.#fail(seq, `the ${this.#name} could not be asked "${command}": ${error.message}`);
      });
    });
  }

  #onAnswer(answer: Answer): void {
    const waiting = this.#take(answer.seq);
    if (answer.error === undefined) waiting?.resolve(answer.reply as never);
    else waiting?.reject(new ChildError(`${this.#name}: ${answer.error}`));
  }

  #fail(seq: number, why: string): void {
    this.#take(seq)?.reject(new ChildError(why));
  }

  #take(seq: number): Waiting | undefined {
    const waiting = this.#waiting.get(seq);
    this.#waiting.delete(seq);
    clearTimeout(waiting?.timer);
    return waiting;
  }

  #die(how: string): string {
    const said = this.#ending ? '' : this.#stderr.text.trim();
    this.#deadBecause ??= new ChildError(`the ${this.#name} process ${how}${said === '' ? '' : `; it said: ${said}`}`);
    for (const seq of this.#waiting.keys()) this.#take(seq)?.reject(this.#deadBecause);
    return this.#deadBecause.message;
  }

  async end(): Promise<void> {
    this.#ending = true;
    if (this.#process.exitCode !== null || this.#process.signalCode !== null || this.#process.pid === undefined) return;
    // A child that loses its channel ends by itself; one that does not is ended.
    this.#process.stdin?.end();
    if (this.#process.connected) this.#process.disconnect();
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), END_GRACE_MS);
    await this.gone;
    clearTimeout(kill);
  }
}
