/** Text in a given width, counted in columns of a terminal. */

/** Characters that take two columns: East Asian wide and full-width forms, and pictographs. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Characters that take none: they sit on the one before. */
const COMBINING = /\p{M}/u;

/** Below this code point everything printable takes one column; most text is, and need not be looked up. */
const FIRST_UNUSUAL = 0x300;

function widthOf(character: string): number {
  if ((character.codePointAt(0) ?? 0) < FIRST_UNUSUAL) return 1;
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** How many columns a line takes. */
export const displayWidth = (text: string): number => [...text].reduce((sum, character) => sum + widthOf(character), 0);

/** The widest of several lines. */
export const widest = (lines: readonly string[]): number => Math.max(0, ...lines.map(displayWidth));

/** The longest beginning of a text that fits, in whole characters, at least one. */
function beginning(text: string, width: number): string {
  let taken = '';
  for (const character of text) {
    if (taken !== '' && displayWidth(taken) + widthOf(character) > width) break;
    taken += character;
  }
  return taken;
}

/** Breaks a text into lines at spaces, and inside a word only where it alone is too long. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = cut(word, width);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return line === '' ? lines : [...lines, line];
}

function cut(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  for (let rest = word; rest !== '';) {
    const piece = beginning(rest, width);
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return pieces;
}

/** How a paragraph hangs. */
export interface Hang {
  /** Before the first line. */
  readonly first: string;
  /** Before every other line. */
  readonly rest: string;
  /** Of whole lines, what stands before them included. */
  readonly width: number;
}

/** A paragraph whose first line begins differently from the others: a bullet, a label. */
export function hang(text: string, { first, rest, width }: Hang): readonly string[] {
  const inner = width - Math.max(displayWidth(first), displayWidth(rest));
  return wrap(text, inner).map((line, index) => `${index === 0 ? first : rest}${line}`);
}

/** Shortened to a width, with an ellipsis where something was left out. */
export const shorten = (text: string, width: number): string =>
  displayWidth(text) <= width ? text : `${beginning(text, Math.max(1, width - 1))}…`;

/** Spaces that bring a text to a width. */
export const padding = (text: string, width: number): string => ' '.repeat(Math.max(0, width - displayWidth(text)));
