/**
 * Does the tool tell the truth? Each line sets up something whose answer is known, and compares what the tool says.
 * Run it with `npm run bench:truth [-- <arm,arm|all> <part,part>]`; it ends with 1 when a line fails.
 */
import { conclude } from './support/lines.js';
import { browserLimit } from './truth/browser-limit.js';
import { knownNetwork } from './truth/known-network.js';
import { slopeOfMemory } from './truth/slope-of-memory.js';
import { tenCuts } from './truth/ten-cuts.js';
import { coordinatedOmission, exactBytes, floor, knownDelay, sameTwice } from './truth/workloads.js';

const PARTS = {
  knownNetwork,
  knownDelay,
  coordinatedOmission,
  exactBytes,
  sameTwice,
  floor,
  browserLimit,
  slopeOfMemory,
  tenCuts,
};

const asked = process.argv[3]?.split(',') ?? Object.keys(PARTS);
const unknown = asked.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  console.error(`got ${unknown.join(', ')}, expected some of ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
for (const [name, part] of Object.entries(PARTS)) if (asked.includes(name)) await part();
process.exitCode = conclude() ? 0 : 1;
