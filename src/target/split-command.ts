/** A command as one text → its words, as a shell would split them. No shell runs: nothing is expanded, chained or redirected. */

export type Split =
  | { readonly ok: true; readonly argv: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** One piece of a word: quoted, escaped or plain. A backslash before anything else within double quotes stands for itself. */
const PIECE = /\s+|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/gy;

/** Splits at blanks outside of quotes. */
export function splitCommand(text: string): Split {
  const argv: string[] = [];
  let word: string | undefined;
  let end = 0;
  for (const piece of text.matchAll(PIECE)) {
    end = piece.index + piece[0].length;
    const [, single, double, escaped, plain] = piece;
    const part = single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain;
    if (part !== undefined) word = (word ?? '') + part;
    else if (word !== undefined) {
      argv.push(word);
      word = undefined;
    }
  }
  if (end < text.length) return { ok: false, why: 'a quote or an escape that does not end' };
  if (word !== undefined) argv.push(word);
  return argv.length === 0 || argv[0] === '' ? { ok: false, why: 'no program' } : { ok: true, argv };
}
