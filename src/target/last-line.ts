import { quote } from '../scenario/wording.ts';

/** The last line of what a command has said, escaped, to end a message with. */
export function lastLine(words: string): string {
  const line = words.trim().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : `; its last words: ${quote(line)}`;
}
