/**
 * The values of a scenario file, as zod types. One convention holds in all of them: the message of an issue is not a
 * sentence but what was expected (`a time like 500ms or 5s`), or for unknown keys the known ones; `explain.ts` makes the sentence.
 */
import { z } from 'zod';
import { type Bytes, type PerSecond, perSecond } from '../units.ts';
import {
  A_DURATION,
  A_RATE,
  A_SIZE,
  formatRate,
  formatSize,
  parseDuration,
  parseRate,
  parseSize,
  QuantityError,
} from './quantities.ts';
import { MAX_TEXT_BYTES, parseTemplate, TemplateError } from './template.ts';
import { isPrintable, oneOf } from './wording.ts';

/** The bounds of what can be asked for: beyond them a number is a slip, or more than one machine can do. */
export const MAX_CLIENTS = 10_000;
export const MAX_RATE: PerSecond = perSecond(1_000_000);
export const MAX_CALLS = 5_000_000;
export const MAX_DURATION = '1h';

/** A mapping that has these keys and no others; `what` describes it where something else stands. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape, what: string) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? known : what) });
}

/** A list of 1 to `most` entries. */
export function listOf<Item extends z.core.SomeType>(item: Item, { what, most }: { what: string; most: number }) {
  const error = `a list of 1 to ${most} ${what}`;
  return z.array(item, { error }).min(1, { error }).max(most, { error });
}

/** A whole number between two others, both allowed. */
export function whole({ least, most }: { least: number; most: number }) {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: oneOf(words) });
}

/** One line of printable text. */
export function line(most: number) {
  const error = `one line of 1 to ${most} printable characters`;
  return z.string({ error }).trim().min(1, { error }).max(most, { error }).refine(isPrintable, { error });
}

/** The name of a scenario, a script or a topic: it stands in file names, cell ids and URIs. */
export function word() {
  const error = 'a name of at most 64 small letters, digits and single hyphens, like tool-calls';
  return z
    .string({ error })
    .max(64, { error })
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error });
}

/** A time between two others, both given as text and both allowed. */
export function duration({ least, most }: { least: string; most: string }) {
  const [shortest, longest] = [parseDuration(least), parseDuration(most)];
  return z.string({ error: A_DURATION }).transform((text, context) =>
    attempt(context, () => {
      const found = parseDuration(text);
      if (found < shortest || found > longest) throw new QuantityError(text, `a time from ${least} to ${most}`);
      return found;
    }),
  );
}

/** A size from `least` to `most`, without which it is 4MiB. */
export function size(least: Bytes, most: Bytes = MAX_TEXT_BYTES) {
  return z.string({ error: A_SIZE }).transform((text, context) =>
    attempt(context, () => {
      const found = parseSize(text);
      if (found >= least && found <= most) return found;
      throw new QuantityError(text, `a size from ${formatSize(least)} to ${formatSize(most)}`);
    }),
  );
}

/** Above 0; a plain number is per second. */
export function rate() {
  return z.union([z.number(), z.string()], { error: A_RATE }).transform((value, context) =>
    attempt(context, () => {
      const found = typeof value === 'number' ? perSecond(value) : parseRate(value);
      if (found > 0 && found <= MAX_RATE) return found;
      throw new QuantityError(String(value), `a rate above 0 and at most ${formatRate(MAX_RATE)}`);
    }),
  );
}

/** A text with placeholders. */
export function template() {
  const error = 'a text like "ticket {{sequence}} {{filler:64B}}"';
  return z
    .string({ error })
    .min(1, { error })
    .transform((text, context) => attempt(context, () => parseTemplate(text)));
}

/** For a text that `parse` reads: what it refuses is an issue. `parse` throws a {@link QuantityError}. */
export const quantity =
  <T>(parse: (text: string) => T) =>
  (text: string, context: z.core.$RefinementCtx): T =>
    attempt(context, () => parse(text));

/** Makes an issue of what a reader refuses. */
function attempt<T>(context: z.core.$RefinementCtx, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof QuantityError) return refuse(context, error.expected);
    if (error instanceof TemplateError) return refuse(context, error.message);
    throw error;
  }
}

function refuse(context: z.core.$RefinementCtx, expected: string): never {
  context.addIssue({ code: 'custom', message: expected });
  return z.NEVER;
}
