/**
 * What does the gate promise? The rule that judges base against head, on made-up runs of which is known whether anything
 * changed, and beside it the rules that other tools use. `npm run bench:gate [-- <replicates> [seed]]`; it ends with 1
 * when a promise is not kept. The promises are about 4000 replicates; with few of them chance decides.
 */
import { TARGETS } from './gate/targets.js';
import { coverageTable, oursTable, othersTable } from './gate/tables.js';

const REPLICATES = 4_000;
const MOST_REPLICATES = 100_000;
const SEED = 20_261_125;

const [count, seed] = [askedNumber(2, REPLICATES, MOST_REPLICATES), askedNumber(3, SEED, 0xffff_ffff)];
const replicates = { count, seed };

console.log(`${count} made-up runs for each number, seed ${seed}.\n`);
console.log(oursTable(replicates));
console.log(othersTable(replicates));
console.log(coverageTable(replicates));
const lines = TARGETS.map((target) => target(replicates));
for (const { isKept, text } of lines) console.log(`${isKept ? 'kept  ' : 'BROKEN'}  ${text}`);
process.exitCode = lines.every(({ isKept }) => isKept) ? 0 : 1;

function askedNumber(position: number, otherwise: number, most: number): number {
  const word = process.argv[position];
  if (word === undefined) return otherwise;
  const value = Number(word);
  if (Number.isInteger(value) && value > 0 && value <= most) return value;
  console.error(`got ${JSON.stringify(word)}, expected a whole number from 1 to ${most}`);
  process.exit(2);
}
