import { describe, expect, test } from 'vitest';
import { makeArguments } from './make-arguments.ts';

const object = (properties: Record<string, unknown>, required = Object.keys(properties)): unknown => ({
  type: 'object',
  properties,
  required,
});

/** What is made of one required property. */
const valueFor = (schema: unknown): unknown => {
  const made = makeArguments(object({ x: schema }));
  return made.ok ? made.value['x'] : made.why;
};

describe('makeArguments', () => {
  test('nothing is asked for, nothing is sent', () => {
    expect(makeArguments(undefined)).toEqual({ ok: true, value: {} });
    expect(makeArguments({ type: 'object' })).toEqual({ ok: true, value: {} });
    expect(makeArguments(object({ a: { type: 'string' } }, []))).toEqual({ ok: true, value: {} });
  });

  test('required properties only', () => {
    expect(makeArguments(object({ a: { type: 'string' }, b: { type: 'string', format: 'uri' } }, ['a']))).toEqual({
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
    expect(makeArguments(schema)).toEqual({ ok: true, value: { x: 'n' } });
    const circle = {
      ...(object({ x: { $ref: '#/$defs/a' } }) as object),
      $defs: { a: object({ a: { $ref: '#/$defs/a' } }) },
    };
    expect(makeArguments(circle)).toMatchObject({ ok: false });
  });
});
