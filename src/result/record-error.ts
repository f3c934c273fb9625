/** What is wrong with a file that should hold a run record, for the person who named it. */
import { type Place, placeText } from '../scenario/scenario-error.ts';
import { escapeUnprintable } from '../scenario/wording.ts';

/** A record that cannot be used. The message is one line, without anything a terminal would act on; no stack is of interest. */
export class RecordError extends Error {
  override readonly name = 'RecordError';

  /** `problem` must be printable; the path need not be. */
  constructor(path: string, problem: string) {
    super(`${escapeUnprintable(path)}: ${problem}`);
  }
}

/** Something in a record that contradicts its format or the rest of it. */
export interface Flaw {
  readonly place: Place;
  /** `got "x", expected a number`. */
  readonly message: string;
}

/** The flaw with its place and what to do about it. */
export const flawText = ({ place, message }: Flaw): string =>
  `${place.length === 0 ? '' : `${placeText(place)}: `}${message}; use an undamaged copy or measure again`;
