/** Arguments for a tool that is known by its JSON Schema only: the least that the schema demands. */
import { type JsonObject, isObject } from '../mcp/jsonrpc.ts';
import { holdsSecret } from './spec.ts';

export type Made<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/** Schemas that contain themselves end here. */
const DEEPEST = 8;
/** No text or list is made that is longer. */
const LONGEST = 65_536;
const FILLER = 'bench';

interface Place {
  /** For messages: `a.b[0]`. */
  readonly at: string;
  readonly depth: number;
  readonly root: JsonObject;
  /** Nothing that is made may hold one of them. */
  readonly secrets: readonly string[];
}

/**
 * Makes arguments for a tool's `inputSchema`: required properties only. `why` names the property that cannot be made.
 * What is made is shown and recorded, and a schema is what a server says, which has seen the secrets: none of them is taken from it.
 */
export function makeArguments(inputSchema: unknown, secrets: readonly string[]): Made<JsonObject> {
  if (inputSchema === undefined) return { ok: true, value: {} };
  if (!isObject(inputSchema)) return { ok: false, why: 'its inputSchema is no schema' };
  const made = makeValue({ type: 'object', ...inputSchema }, { at: '', depth: 0, root: inputSchema, secrets });
  if (!made.ok) return made;
  return isObject(made.value) ? { ok: true, value: made.value } : { ok: false, why: 'its inputSchema is no object' };
}

const cannot = ({ at }: Place, what: string): Made<never> => ({
  ok: false,
  why: `${at === '' ? 'its arguments' : `"${at}"`} ${what}`,
});

function makeValue(schema: unknown, place: Place): Made<unknown> {
  if (schema === true || (isObject(schema) && Object.keys(schema).length === 0)) return { ok: true, value: FILLER };
  if (!isObject(schema)) return cannot(place, 'may have no value');
  if (place.depth > DEEPEST) return cannot(place, 'nests too deep');
  if (Array.isArray(schema['enum'])) return firstOf(schema['enum'], place);
  if ('const' in schema) return firstOf([schema['const']], place);
  if ('default' in schema && !holdsSecret(schema['default'], place.secrets))
    return { ok: true, value: schema['default'] };
  if (typeof schema['$ref'] === 'string') return makeReferenced(schema['$ref'], place);
  if (Array.isArray(schema['allOf'])) return makeValue(merged(schema, schema['allOf']), place);
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return makeChoice(schema, choices, place);
  return makeTyped(schema, place);
}

function firstOf(values: readonly unknown[], place: Place): Made<unknown> {
  if (values.length === 0) return cannot(place, 'may have no value');
  const harmless = values.filter((value) => !holdsSecret(value, place.secrets));
  return harmless.length > 0 ? { ok: true, value: harmless[0] } : cannot(place, ONLY_SECRET);
}

const ONLY_SECRET = 'may only be what the server was told in confidence';

/** [JSON Schema] only references within the schema itself: nothing is fetched. */
function makeReferenced(reference: string, place: Place): Made<unknown> {
  const path = reference.startsWith('#') ? reference.slice(1).split('/').slice(1) : undefined;
  const found = path?.reduce<unknown>(
    (value, part) => (isObject(value) ? value[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined),
    place.root,
  );
  return found === undefined ? cannot(place, 'refers to another schema') : makeValue(found, deeper(place, ''));
}

const deeper = (place: Place, part: string): Place => ({
  ...place,
  at: place.at === '' ? part.replace(/^\./, '') : place.at + part,
  depth: place.depth + 1,
});

/** All of the parts at once, as far as they speak of different things; of the same thing the last one wins. */
function merged(schema: JsonObject, parts: readonly unknown[]): JsonObject {
  const { allOf: _all, ...own } = schema;
  return [own, ...parts].filter(isObject).reduce((sum, part) => ({
    ...sum,
    ...part,
    ...both('properties', sum, part, (a, b) => (isObject(a) && isObject(b) ? { ...a, ...b } : undefined)),
    ...both('required', sum, part, (a, b) => (isList(a) && isList(b) ? [...a, ...b] : undefined)),
  }));
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

function both(key: string, a: JsonObject, b: JsonObject, join: (a: unknown, b: unknown) => unknown): JsonObject {
  const joined = join(a[key], b[key]);
  return joined === undefined ? {} : { [key]: joined };
}

function makeChoice(schema: JsonObject, choices: readonly unknown[], place: Place): Made<unknown> {
  const { anyOf: _any, oneOf: _one, ...own } = schema;
  for (const choice of choices) {
    const made = makeValue(merged(own, [choice]), deeper(place, ''));
    if (made.ok) return made;
  }
  return cannot(place, 'has no alternative that can be made');
}

function makeTyped(schema: JsonObject, place: Place): Made<unknown> {
  const { type } = schema;
  if (Array.isArray(type))
    return makeChoice(
      { ...schema, type: undefined },
      type.map((one: unknown) => ({ type: one })),
      place,
    );
  switch (type ?? impliedType(schema)) {
    case 'object':
      return makeObject(schema, place);
    case 'array':
      return makeList(schema, place);
    case 'string':
      return makeText(schema, place);
    case 'integer':
    case 'number':
      return makeNumber(schema, type === 'integer', place);
    case 'boolean':
      return { ok: true, value: true };
    case 'null':
      return { ok: true, value: null };
    default:
      return cannot(place, 'has no type that is known');
  }
}

/** A schema may leave its type to what it says of the value. */
function impliedType(schema: JsonObject): string {
  if ('properties' in schema || 'required' in schema) return 'object';
  if ('items' in schema || 'minItems' in schema) return 'array';
  return 'minimum' in schema || 'maximum' in schema ? 'number' : 'string';
}

function makeObject(schema: JsonObject, place: Place): Made<JsonObject> {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const least = numberIn(schema, 'minProperties') ?? 0;
  const wanted = [...new Set([...required, ...Object.keys(properties).slice(0, required.length < least ? least : 0)])];
  const entries: [string, unknown][] = [];
  if (holdsSecret(wanted, place.secrets)) return cannot(place, 'must have a name that holds what is secret');
  for (const name of wanted) {
    const made = makeValue(properties[name] ?? true, deeper(place, `.${name}`));
    if (!made.ok) return made;
    entries.push([name, made.value]);
  }
  return entries.length < least
    ? cannot(place, `needs ${least} properties`)
    : { ok: true, value: Object.fromEntries(entries) };
}

function makeList(schema: JsonObject, place: Place): Made<unknown[]> {
  const least = numberIn(schema, 'minItems') ?? 0;
  if (least > 1 && schema['uniqueItems'] === true) return cannot(place, 'needs several values that differ');
  if (least > LONGEST) return cannot(place, 'is too long');
  const first: readonly unknown[] = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : [];
  const items: unknown[] = [];
  for (let index = 0; index < least; index += 1) {
    const made = makeValue(first[index] ?? schema['items'] ?? true, deeper(place, `[${index}]`));
    if (!made.ok) return made;
    items.push(made.value);
  }
  return { ok: true, value: items };
}

function makeText(schema: JsonObject, place: Place): Made<string> {
  for (const key of ['format', 'pattern', 'contentEncoding']) {
    if (typeof schema[key] === 'string') return cannot(place, `must have the ${key} ${JSON.stringify(schema[key])}`);
  }
  const least = numberIn(schema, 'minLength') ?? 0;
  const most = numberIn(schema, 'maxLength') ?? Number.POSITIVE_INFINITY;
  if (least > most || least > LONGEST) return cannot(place, `must have ${least} characters or more`);
  const length = Math.min(most, Math.max(least, FILLER.length));
  return { ok: true, value: FILLER.repeat(Math.ceil(length / FILLER.length)).slice(0, length) };
}

function makeNumber(schema: JsonObject, isInteger: boolean, place: Place): Made<number> {
  const multiple = numberIn(schema, 'multipleOf') ?? (isInteger ? 1 : undefined);
  const low = bound(schema, 'minimum', 'exclusiveMinimum', Math.max);
  const high = bound(schema, 'maximum', 'exclusiveMaximum', Math.min);
  const fits = (value: number): boolean =>
    (low.exclusive ? value > low.limit : value >= low.limit) &&
    (high.exclusive ? value < high.limit : value <= high.limit) &&
    (!isInteger || Number.isInteger(value)) &&
    !holdsSecret(value, place.secrets) &&
    (multiple === undefined || Math.abs(value / multiple - Math.round(value / multiple)) < 1e-9);
  const step = multiple ?? 1;
  const up = (value: number): number => Math.ceil(value / step) * step;
  const candidates = [
    1,
    up(1),
    0,
    low.limit,
    up(low.limit),
    up(low.limit) + step,
    high.limit,
    up(high.limit) - step,
    (low.limit + high.limit) / 2,
  ];
  const found = candidates.find((value) => Number.isFinite(value) && fits(value));
  return found === undefined ? cannot(place, 'has bounds that no number was found for') : { ok: true, value: found };
}

interface Bound {
  readonly limit: number;
  readonly exclusive: boolean;
}

/** Until draft 4 the exclusive bound was a flag beside the other; since draft 6 it is a number of its own. */
function bound(
  schema: JsonObject,
  inclusive: string,
  exclusive: string,
  narrower: (a: number, b: number) => number,
): Bound {
  const open = narrower === Math.max ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const closed = numberIn(schema, inclusive) ?? open;
  const strict = numberIn(schema, exclusive) ?? (schema[exclusive] === true ? closed : open);
  const limit = narrower(closed, strict);
  return { limit, exclusive: Number.isFinite(strict) && limit === strict };
}

function numberIn(schema: JsonObject, key: string): number | undefined {
  const value = schema[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
