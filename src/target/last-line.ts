import { quote } from '../scenario/wording.ts';

/** The line of what a command has said last that tells the most, escaped, to end a message with. */
export function lastLine(words: string): string {
  const lines = words
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = lines.at(-1) ?? '';
  // Node ends the report of an uncaught error with its own version, and tells the error further up.
  const error = /^Node\.js v\d/.test(line)
    ? lines.findLast((one) => /^(\w*Error|\w*Exception)\b/.test(one))
    : undefined;
  return line === '' ? '' : `; its last words: ${quote(error ?? line)}`;
}
