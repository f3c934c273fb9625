/** Text from servers and scenario files, made harmless where it is shown. */

/**
 * Whatever moves the cursor, changes colours, reverses the direction of reading, hides, or ends a line:
 * control and format characters, line and paragraph separators, halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const SHORT: Readonly<Partial<Record<string, string>>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Fit for a terminal: one line, nothing in it but what can be seen. Escaping twice changes nothing. */
export const forTerminal = (text: string): string =>
  text.replaceAll(UNPRINTABLE, (character) => SHORT[character] ?? codeOf(character));

const codeOf = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** Characters that mean something within a line of GitHub's Markdown. `<`, `>` and `&` are written as entities instead. */
const MARKUP = /[\\`*_[\]|~#$]/g;
const ENTITIES: Readonly<Partial<Record<string, string>>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

/** Fit for a line of Markdown or a cell of its tables: shows the text itself, links nothing, mentions nobody. */
export const forMarkdown = (text: string): string =>
  forTerminal(text)
    .replaceAll(/[<>&]/g, (character) => ENTITIES[character] ?? character)
    .replaceAll(MARKUP, String.raw`\$&`)
    .replaceAll('://', '&#58;//')
    .replaceAll(/\bwww\./gi, (prefix) => `${prefix.slice(0, -1)}&#46;`)
    // An entity would be decoded before mentions are looked for; an empty comment keeps the two apart.
    .replaceAll('@', '@<!-- -->')
    .replaceAll(
      /^(\s*)([-+]|\d+[.)])(?=\s|$)/g,
      (_match, space: string, bullet: string) => `${space}${bullet.slice(0, -1)}\\${bullet.slice(-1)}`,
    );
