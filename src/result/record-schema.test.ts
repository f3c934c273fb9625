import { describe, expect, test } from 'vitest';
import { RECORD_SCHEMA } from './record.ts';
import { recordJsonSchema } from './record-schema.ts';

interface Node {
  readonly [key: string]: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
}

const schema = recordJsonSchema() as Node;

describe('the published JSON Schema', () => {
  test('says what it is', () => {
    expect(Object.keys(schema).slice(0, 3)).toEqual(['$schema', 'title', 'description']);
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema['title']).toBe('mcp-transport-bench run record');
    expect(schema.properties?.['schema']).toEqual({ type: 'string', const: RECORD_SCHEMA });
    expect(schema.properties?.['schemaVersion']).toEqual({ type: 'number', const: 3 });
  });

  test('requires every key at the top that a record always had, and describes the main ones', () => {
    const since = ['controls', 'ceilings', 'stopped', 'findings', 'mergedFrom'];
    const always = Object.keys(schema.properties ?? {}).filter((key) => !since.includes(key));
    expect(schema['required']).toEqual(always);
    expect(Object.keys(schema.properties ?? {})).toEqual([...always, ...since]);
    for (const key of ['environment', 'plan', 'unsupported', 'matching', 'trials', 'status', 'finishedAt']) {
      expect(schema.properties?.[key]?.['description'], key).toMatch(/\.$/);
    }
  });

  test('tolerates unknown keys everywhere', () => {
    const closed = JSON.stringify(schema).match(/"additionalProperties":false/g);
    expect(closed).toBeNull();
  });

  test('defines a distribution once', () => {
    const text = JSON.stringify(schema);
    expect(text.match(/HdrHistogram V2/g)).toHaveLength(1);
    expect(text).toContain('"$ref":"#/$defs/Distribution"');
  });

  test('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});
