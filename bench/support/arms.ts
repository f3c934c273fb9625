/** The arms that the benches look at, once for all of them: a transport that is added here is tried by each. */
import type { Arm } from '#dist/scenario/plan.js';
import { readArmWord } from '#dist/scenario/arm-word.js';
import { chooseMechanism } from '#dist/network/mechanism.js';
import { defaultVariant, type Variant } from '#dist/scenario/variant.js';
import { loadTransport, transportNames } from '#dist/transports/discover.js';

const ARM_WORDS: readonly string[] = [
  'sse',
  'websocket',
  'streamable-http',
  'streamable-http+json',
  'streamable-http@2026-07-28',
  'streamable-http@2026-07-28+json',
  'stdio',
  'websocket@2026-07-28',
  'stdio@2026-07-28',
  'sse+h2',
  'streamable-http+h2',
];

/** The arms asked for as words on the command line; all that there are without one. */
export function askedArms(): readonly string[] {
  const [, , asked = 'all'] = process.argv;
  return asked === 'all' ? ARM_WORDS : asked.split(',');
}

/** Arms by their words; one that stands twice is compared with itself. */
export function armsOf(words: readonly string[]): Promise<Arm[]> {
  return Promise.all(
    words.map(async (text, index) => {
      const read = readArmWord(text, transportNames());
      if (!read.ok) throw new Error(read.why);
      const { transport: name, axes } = read.word;
      const transport = await loadTransport(name);
      const usual: Variant = { ...defaultVariant(name, transport.replies[0] ?? null), ...axes };
      const choice = chooseMechanism(usual.network);
      if (!choice.possible) throw new Error(`${text}: ${choice.reason}`);
      const { mechanism } = choice;
      const variant = mechanism === undefined ? usual : { ...usual, mechanism };
      const support = transport.supports(variant);
      if (!support.supported) throw new Error(`${text}: ${support.reason}`);
      return { id: words.indexOf(text) === index ? text : `${text}#${index + 1}`, title: text, variant };
    }),
  );
}
