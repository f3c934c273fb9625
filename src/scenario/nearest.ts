/** The word that somebody probably meant. */

/** Longer words are no slips of the pen, and comparing them costs the product of their lengths. */
const MAX_WORD_LENGTH = 64;

/**
 * The candidate with the fewest slips (a letter missing, added, changed, or two swapped) between it and the word, the
 * first of several; `undefined` when all are further away than one slip for every three letters.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_WORD_LENGTH) return undefined;
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const slips = slipsBetween(word.toLowerCase(), candidate.toLowerCase());
    if (slips >= fewest) continue;
    best = candidate;
    fewest = slips;
  }
  return best;
}

/** `; did you mean "window"?` to end a message with, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}

/** Optimal string alignment distance, by rows: each row holds the distances of one more letter of `a` to all starts of `b`. */
function slipsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const added = at(current, column - 1) + 1;
      const missing = at(last, column) + 1;
      const changed = at(last, column - 1) + (same ? 0 : 1);
      const exchanged = swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(added, missing, changed, exchanged));
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;
