/** Interrupt once: the trial in hand is dropped, what is complete is saved and shown. Twice: the command ends at once. */
import { EXIT, type ExitCode } from './exit-code.ts';

export interface Signals {
  readonly signal: AbortSignal;
  /** Set once a signal has come. */
  exitCode(): ExitCode | undefined;
  /** Gives the signals back. */
  stop(): void;
}

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: EXIT.terminated } as const;

export function onSignals(): Signals {
  const aborter = new AbortController();
  let code: ExitCode | undefined;
  const handle = (name: keyof typeof CODES): void => {
    if (code !== undefined) process.exit(code); // Children are ended on 'exit'.
    code = CODES[name];
    process.stderr.write(
      '\nStopping: the trial in hand is dropped, what is complete is kept. Once more to stop at once.\n',
    );
    aborter.abort();
  };
  const names = Object.keys(CODES) as (keyof typeof CODES)[];
  const handlers = names.map((name) => ({ name, handler: () => handle(name) }));
  for (const { name, handler } of handlers) process.on(name, handler);
  return {
    signal: aborter.signal,
    exitCode: () => code,
    stop: () => {
      for (const { name, handler } of handlers) process.off(name, handler);
    },
  };
}
