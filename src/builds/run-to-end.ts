/** Runs a command that is to come to an end by itself: supervised, within a time, and with what it said last where it fails. */
import { LastWords } from '../child/last-words.ts';
import { startSupervised } from '../child/supervised.ts';
import { escapeUnprintable } from '../scenario/wording.ts';
import { type Nanoseconds, toMilliseconds, toSeconds } from '../units.ts';

export interface RunToEnd {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly limitNs: Nanoseconds;
  /** The flag that sets the limit, where one does. */
  readonly limitFlag?: string;
}

const SUCCESS = 'ended with exit code 0';
const SHOWN_LINES = 3;
const LONGEST_LINE = 160;

/** Resolves with why it failed, in words that go after its name and end with its own last ones; `undefined` when it succeeded. Nothing of it is left running. */
export async function runToEnd({ argv, cwd, env = {}, limitNs, limitFlag }: RunToEnd): Promise<string | undefined> {
  const said = new LastWords();
  const command = await startSupervised(argv, { cwd, env, hear: (text) => said.add(text) });
  command.stdin.end();
  command.stdout.setEncoding('utf8').on('data', (text: string) => said.add(text));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), toMilliseconds(limitNs));
  });
  const how = await Promise.race([command.gone, late]);
  clearTimeout(timer);
  await command.end();
  if (how === SUCCESS) return undefined;
  const ending =
    how === 'late'
      ? `did not end within ${toSeconds(limitNs)} s${limitFlag === undefined ? '' : ` (${limitFlag})`}`
      : how;
  return `${ending}${lastLines(said.text)}`;
}

/** What a program said last, on one line. */
function lastLines(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => escapeUnprintable(line.trim().slice(0, LONGEST_LINE)))
    // npm's last word is where its log lies.
    .filter((line) => line !== '' && !line.includes('A complete log of this run'));
  return lines.length === 0 ? '' : `; its last words: ${lines.slice(-SHOWN_LINES).join(' | ')}`;
}
