import { describe, expect, test } from 'vitest';
import { makeArguments } from './make-arguments.ts';

const object = (properties: Record<string, unknown>, required = Object.keys(properties)): unknown => ({
  type: 'object',
  properties,
  required,
});

/** What is made of one required property. */
const valueFor = (schema: unknown, secrets: readonly string[] = []): unknown => {
  const made = makeArguments(object({ x: schema }), secrets);
  return made.ok ? made.value['x'] : made.why;
};

describe('makeArguments', () => {
  test('nothing is asked for, nothing is sent', () => {
    expect(makeArguments(undefined, [])).toEqual({ ok: true, value: {} });
    expect(makeArguments({ type: 'object' }, [])).toEqual({ ok: true, value: {} });
    expect(makeArguments(object({ a: { type: 'string' } }, []), [])).toEqual({ ok: true, value: {} });
  });

  test('required properties only', () => {
    expect(makeArguments(object({ a: { type: 'string' }, b: { type: 'string', format: 'uri' } }, ['a']), [])).toEqual({
      ok: true,
      value: { a: 'bench' },
    });
  });

  test.each<[unknown, unknown]>([
    [{ enum: ['red', 'blue'] }, 'red'],
    [{ const: 7 }, 7],
    [{ type: 'string', default: 'd', minLength: 9 }, 'd'],
    [{ type: 'string' }, 'bench'],
    [{ type: 'string', minLength: 7 }, 'benchbe'],
    [{ type: 'string', maxLength: 2 }, 'be'],
    [{ type: 'string', maxLength: 0 }, ''],
    [{ type: 'integer' }, 1],
    [{ type: 'integer', minimum: 5 }, 5],
    [{ type: 'integer', exclusiveMinimum: 5 }, 6],
    [{ type: 'integer', minimum: 5, exclusiveMinimum: true }, 6],
    [{ type: 'integer', maximum: -3 }, -3],
    [{ type: 'integer', exclusiveMaximum: -3 }, -4],
    [{ type: 'number', multipleOf: 4, minimum: 5 }, 8],
    [{ type: 'number', exclusiveMinimum: 0.25, exclusiveMaximum: 0.75 }, 0.5],
    [{ type: 'boolean' }, true],
    [{ type: 'null' }, null],
    [{ type: ['integer', 'null'], minimum: 3 }, 3],
    [{ type: 'array', items: { type: 'integer' } }, []],
    [{ type: 'array', items: { type: 'integer' }, minItems: 2 }, [1, 1]],
    [object({ y: { type: 'boolean' } }), { y: true }],
    [{ anyOf: [{ type: 'string', format: 'uri' }, { type: 'integer' }] }, 1],
    [{ oneOf: [{ type: 'string', pattern: 'x' }, { type: 'null' }] }, null],
    [{ allOf: [object({ a: { type: 'integer' } }), object({ b: { type: 'boolean' } })] }, { a: 1, b: true }],
    [{}, 'bench'],
  ])('%j → %j', (schema, value) => {
    expect(valueFor(schema)).toEqual(value);
  });

  test.each<[unknown, string]>([
    [{ type: 'string', format: 'uri' }, '"x" must have the format "uri"'],
    [{ type: 'string', pattern: '^a' }, '"x" must have the pattern "^a"'],
    [{ type: 'string', minLength: 3, maxLength: 2 }, '"x" must have 3 characters or more'],
    [{ type: 'integer', minimum: 1.2, maximum: 1.8 }, '"x" has bounds that no number was found for'],
    [{ type: 'array', minItems: 2, uniqueItems: true }, '"x" needs several values that differ'],
    [false, '"x" may have no value'],
    [{ enum: [] }, '"x" may have no value'],
    [{ $ref: 'https://example.com/schema' }, '"x" refers to another schema'],
    [object({ y: { type: 'string', format: 'date' } }), '"x.y" must have the format "date"'],
    [{ type: 'file' }, '"x" has no type that is known'],
  ])('%j: %s', (schema, why) => {
    expect(valueFor(schema)).toBe(why);
  });

  test('references within the schema are followed, and circles end', () => {
    const schema = { ...(object({ x: { $ref: '#/$defs/name' } }) as object), $defs: { name: { enum: ['n'] } } };
    expect(makeArguments(schema, [])).toEqual({ ok: true, value: { x: 'n' } });
    const circle = {
      ...(object({ x: { $ref: '#/$defs/a' } }) as object),
      $defs: { a: object({ a: { $ref: '#/$defs/a' } }) },
    };
    expect(makeArguments(circle, [])).toMatchObject({ ok: false });
  });

  describe('never takes a secret from the schema', () => {
    const SECRETS = ['Bearer top-"secret"-1', '123456789'];
    const [secret] = SECRETS;

    test.each<[string, unknown, unknown]>([
      ['another of several', { enum: [secret, `${secret}!`, { [secret!]: 1 }, [123456789], 'blue'] }, 'blue'],
      ['another text than the default', { type: 'string', default: `it is ${secret}` }, 'bench'],
      ['another alternative', { anyOf: [{ const: secret }, { type: 'integer' }] }, 1],
      ['another number', { type: 'integer', minimum: 123456789 }, 123456790],
      ['another text than a piece of it', { type: 'string', default: 'Bearer top' }, 'bench'],
    ])('but %s', (_what, schema, value) => {
      expect(valueFor(schema, SECRETS)).toEqual(value);
    });

    test.each<[string, unknown, string]>([
      ['a constant', { const: secret }, '"x" may only be what the server was told in confidence'],
      ['all of several', { enum: [secret, [secret]] }, '"x" may only be what the server was told in confidence'],
      ['a default that nothing can stand for', { default: secret, format: 'uri' }, '"x" must have the format "uri"'],
      ['one number', { minimum: 123456789, maximum: 123456789 }, '"x" has bounds that no number was found for'],
      ['a key', object({ [`${secret}`]: { type: 'null' } }), '"x" must have a name that holds what is secret'],
    ])('and says why without it: %s', (_what, schema, why) => {
      expect(valueFor(schema, SECRETS)).toBe(why);
    });
  });
});
