/** What the command's exit code says. */
export const EXIT = {
  pass: 0,
  gateFailed: 1,
  usage: 2,
  inconclusive: 3,
  /** The run failed, or measured nothing that may be shown. */
  runFailed: 4,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something about what was typed. Its message names the flag or word, what was found, what was expected and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The run failed in a way that has one clear line and no stack worth seeing. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure';
}
