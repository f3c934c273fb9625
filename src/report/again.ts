/** How to do it again. */
import type { RunRecord } from '../result/record.ts';

/** The command that repeats a run's choices. */
export const againCommand = ({ tool, plan, asked }: RunRecord): string =>
  ['npx', tool.name, 'run', ...asked.map(quoted), '--seed', String(plan.seed)].join(' ');

/** As a shell takes it for one word. */
const quoted = (word: string): string =>
  /^[\w./,:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
