/**
 * Is the lean client as fast as a load generator, and the driver never the limit unseen? Each section prints lines with their
 * bounds; ratios are of interleaved runs, absolute times are the machine's.
 * `npm run bench:lean [-- <section,section> <rounds>]`.
 */
import { connections } from './lean/connections.js';
import { rates } from './lean/rates.js';
import { roundTrips } from './lean/round-trips.js';
import { sendLag } from './lean/send-lag.js';

const SECTIONS = { rates, 'round-trips': roundTrips, 'send-lag': sendLag, connections } as const;
type Section = keyof typeof SECTIONS;

const isSection = (word: string): word is Section => Object.hasOwn(SECTIONS, word);

const words = process.argv[2]?.split(',') ?? Object.keys(SECTIONS);
const rounds = Number(process.argv[3] ?? 4);
const strange = words.find((word) => !isSection(word));
if (strange !== undefined || !(rounds >= 1)) {
  console.error(
    `got "${strange ?? process.argv[3]}", expected some of ${Object.keys(SECTIONS).join(',')} and a number`,
  );
  process.exit(2);
}
const passed: boolean[] = [];
for (const word of words.filter(isSection)) passed.push(...(await SECTIONS[word](rounds)));
process.exit(passed.includes(false) ? 1 : 0);
