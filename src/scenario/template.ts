/** Texts made anew for every call: `ticket {{sequence}} of agent {{client}} {{filler:64B}}`. */
import { type Bytes, bytes } from '../units.ts';
import { parseSize, QuantityError } from './quantities.ts';
import type { TemplatePart } from './scenario.ts';
import { quote } from './wording.ts';

/** Largest text a call may carry and largest answer it may ask for. */
export const MAX_TEXT_BYTES: Bytes = bytes(4 * 1024 * 1024);

const PLACEHOLDER = /\{\{(.*?)\}\}/gs;
const FILLER = /^filler:(.+)$/s;

/** A text that is no template; the message says what was expected instead, as `a placeholder …, not "{{foo}}"`. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** Splits a template into its parts; text without placeholders is one part. Throws a {@link TemplateError}. */
export function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let end = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    parts.push(...literal(template.slice(end, match.index)), placeholder(match[0], match[1] ?? ''));
    end = match.index + match[0].length;
  }
  parts.push(...literal(template.slice(end)));
  refuseTooLong(parts);
  return parts;
}

function literal(text: string): TemplatePart[] {
  if (text.includes('{{')) throw new TemplateError(`every "{{" to have its "}}", as in {{sequence}}`);
  return text === '' ? [] : [{ kind: 'text', text }];
}

function placeholder(whole: string, inside: string): TemplatePart {
  const word = inside.trim();
  if (word === 'sequence' || word === 'client') return { kind: word };
  const size = FILLER.exec(word)?.[1];
  if (size === undefined) throw unknownPlaceholder(whole);
  try {
    return { kind: 'filler', bytes: parseSize(size) };
  } catch (error) {
    if (error instanceof QuantityError) throw unknownPlaceholder(whole);
    throw error;
  }
}

const unknownPlaceholder = (whole: string): TemplateError =>
  new TemplateError(`{{sequence}}, {{client}} or {{filler:64B}} in place of ${quote(whole)}`);

function refuseTooLong(parts: readonly TemplatePart[]): void {
  const total = parts.reduce((sum, part) => sum + leastBytes(part), 0);
  if (total > MAX_TEXT_BYTES) throw new TemplateError('a text of at most 4MiB');
}

/** The numbers that placeholders become are a few bytes, which the bound ignores. */
function leastBytes(part: TemplatePart): number {
  if (part.kind === 'filler') return part.bytes;
  return part.kind === 'text' ? Buffer.byteLength(part.text) : 0;
}
