/** How values of a user's file are shown in messages: always on one line, never able to move a terminal's cursor. */

const LONGEST_QUOTE = 60;

/** Control, format (bidirectional marks among them), line separators and halves of pairs: whatever a terminal might act on or hide. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Whether nothing in the text needs escaping. */
export const isPrintable = (text: string): boolean => escapeUnprintable(text) === text;

/** The text with everything unprintable escaped as `\u001b`. */
export function escapeUnprintable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) =>
    [...Array(character.length).keys()].map((at) => escapeUnit(character.charCodeAt(at))).join(''),
  );
}

const escapeUnit = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;

/** The text in double quotes, escaped, cut to 60 characters. */
export function quote(text: string): string {
  const shown = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return escapeUnprintable(JSON.stringify(shown));
}

/** A value as the `got` of a message: scalars as they are, collections by kind. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
}

/** `one of a, b, c`. */
export const oneOf = (words: readonly string[]): string => `one of ${words.join(', ')}`;
