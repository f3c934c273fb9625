/** What is wrong with a scenario, for the person who wrote it. */
import { escapeUnprintable } from './wording.ts';

/** Where in a scenario: the keys and list positions that lead there from the root. */
export type Place = readonly (string | number)[];

/** One thing that is wrong, before its line and column are known. */
export interface Problem {
  readonly place: Place;
  /** `got "fast", expected a time like 500ms or 5s`. */
  readonly message: string;
  /** Set where the position is that of a key of the mapping at `place`, not of the mapping. */
  readonly key?: string | undefined;
}

/** A scenario that cannot be used, in words for its author: no stack is of interest. The message has one line for each problem. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** `scripts[0].steps[2].send`, positions counted from 0; the root is the empty text. */
export function placeText(place: Place): string {
  let text = '';
  for (const part of place) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? escapeUnprintable(part) : `.${escapeUnprintable(part)}`;
  }
  return text;
}

/** The problem without its position: `load.rate: got "fast", expected …`. */
export function problemText(problem: Problem): string {
  const place = placeText(problem.place);
  return place === '' ? problem.message : `${place}: ${problem.message}`;
}
