/** How to do it again. */
import type { RunRecord } from '../result/record.ts';

/** The command that repeats a run's choices, as far as they are recorded. */
export const againCommand = ({ tool, plan, asked }: RunRecord): string =>
  ['npx', tool.name, 'run', ...asked.map(quoted), '--seed', String(plan.seed)].join(' ');

/** What the command alone does not repeat: where several runs were merged, and, of somebody else's server, words that are not recorded. Empty when it does. */
export const againNote = (record: RunRecord): string => mergedNote(record) + wordsNote(record);

const mergedNote = ({ mergedFrom }: RunRecord): string =>
  mergedFrom === undefined ? '' : `, ${String(mergedFrom.length)} times, and their records merged`;

const wordsNote = ({ plan, asked }: RunRecord): string =>
  plan.arms.some(({ variant }) => variant.target !== 'embedded') && asked.some((word) => word.includes('…'))
    ? ', each … replaced by what stood there: headers, credentials, queries and arguments of commands are not recorded'
    : '';

/** As a shell takes it for one word. */
const quoted = (word: string): string =>
  /^[\w./,:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
