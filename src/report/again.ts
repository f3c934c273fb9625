/** How to do it again. */
import type { RunRecord } from '../result/record.ts';

/** The command that repeats a run's choices, as far as they are recorded. */
export const againCommand = ({ tool, plan, asked }: RunRecord): string =>
  ['npx', tool.name, 'run', ...asked.map(quoted), '--seed', String(plan.seed)].join(' ');

/** What the command alone does not repeat: of somebody else's server not every word is recorded. Empty when it does. */
export const againNote = ({ plan, asked }: RunRecord): string =>
  plan.arms.some(({ variant }) => variant.target !== 'embedded') && asked.some((word) => word.includes('…'))
    ? ', each … replaced by what stood there: headers, credentials, queries and arguments of commands are not recorded'
    : '';

/** As a shell takes it for one word. */
const quoted = (word: string): string =>
  /^[\w./,:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
