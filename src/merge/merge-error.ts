/** What keeps records from being added up, for the person who named them. */
import { escapeUnprintable } from '../scenario/wording.ts';

/** A record that does not belong to the others. The message is one line, without anything a terminal would act on; no stack is of interest. */
export class MergeError extends Error {
  override readonly name = 'MergeError';

  /** `problem` must be printable; the path need not be. */
  constructor(path: string, problem: string) {
    super(`${escapeUnprintable(path)}: ${problem}`);
  }
}
