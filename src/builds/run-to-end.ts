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
/** Of each stream. */
const SHOWN_LINES = 2;
/** Says that a script failed, where that script has said why. */
const NPM = /^npm (error|ERR!)/;
const LONGEST_LINE = 160;

/** Resolves with why it failed, in words that go after its name and end with its own last ones; `undefined` when it succeeded. Nothing of it is left running. */
export async function runToEnd({ argv, cwd, env = {}, limitNs, limitFlag }: RunToEnd): Promise<string | undefined> {
  const [said, complained] = [new LastWords(), new LastWords()];
  const command = await startSupervised(argv, { cwd, env, hear: (text) => complained.add(text) });
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
  return `${ending}${lastLines([said, complained])}`;
}

/** What a program said last on each stream, on one line: compilers complain on one, and those who run them on the other. */
function lastLines(streams: readonly LastWords[]): string {
  const lines = streams.map(({ text }) =>
    text
      .split('\n')
      .map((line) => escapeUnprintable(line.trim().slice(0, LONGEST_LINE)))
      .filter((line) => line !== ''),
  );
  const telling = lines.map((some) => some.filter((line) => !NPM.test(line)));
  const shown = (telling.flat().length > 0 ? telling : lines).flatMap((some) => some.slice(-SHOWN_LINES));
  return shown.length === 0 ? '' : `; its last words: ${shown.join(' | ')}`;
}
