/** What a proxy in the way lets through: every arm through every hop. */
import { HOPS, type HopName } from '../../scenario/studies/proxies.ts';
import { type Nanoseconds, nanoseconds, plus, seconds } from '../../units.ts';
import type { Study } from '../contract.ts';
import { measureHop } from './measure.ts';
import { INSTALL, findProgram, versionOf } from './programs.ts';

/** Processes, and calls that all come back. */
const SPARE_NS = seconds(30);
/** How often the limit may run out in one step: opening, calling, events, pushing, the event and the call after the silence. */
const LIMITS = 10;

export const study: Study<'proxies'> = {
  name: 'proxies',
  subjects: ({ settings, arms }) => settings.hops.flatMap((hop) => arms.map(({ id }) => ({ hop, arm: id }))),
  limitNs: ({ settings: { idle, limit, calls } }): Nanoseconds =>
    // A call is limited itself, and the first that fails is the last.
    plus(SPARE_NS, nanoseconds(2 * idle + LIMITS * limit + calls * seconds(0.05))),
  measure: async (subject, context) => {
    const { hop, variant } = readSubject(subject, context);
    const { program: name } = HOPS[hop];
    if (name === undefined)
      return { status: 'measured', data: await measureHop({ hop, variant, context, program: undefined }) };
    const path = findProgram(name, process.env['PATH']);
    if (path === undefined)
      return { status: 'not-measured', because: `${name} is not installed`, wouldAnswer: INSTALL };
    const program = { path, version: await versionOf(name, path) };
    return { status: 'measured', data: await measureHop({ hop, variant, context, program }) };
  },
};

function readSubject(
  subject: Parameters<Study<'proxies'>['measure']>[0],
  { arms }: Parameters<Study<'proxies'>['measure']>[1],
) {
  const { hop = '', arm = '' } = subject;
  const variant = arms.find(({ id }) => id === arm)?.variant;
  if (variant === undefined || !Object.hasOwn(HOPS, hop)) throw new Error(`no such subject: ${hop}, ${arm}`);
  return { hop: hop as HopName, variant };
}
