import { describe, expect, test } from 'vitest';
import { candidates } from './choose-tool.ts';

const SECRET = 'Bearer 0123456789';
const ANY = { tool: undefined, args: undefined };
const asking = (name: string, schema: unknown) => ({
  name,
  inputSchema: { type: 'object', properties: { key: schema }, required: ['key'] },
});

describe('candidates', () => {
  test('are never calls that would show and record what is secret', () => {
    const tools = [
      { name: `repeats ${SECRET}`, inputSchema: { type: 'object' } },
      asking('told', { enum: [SECRET] }),
      asking('asks', { enum: [SECRET, 'red'] }),
    ];
    expect(candidates(tools, ANY, [SECRET])).toEqual({
      calls: [{ tool: 'asks', args: { key: 'red' } }],
      skipped: [
        { tool: `repeats ${SECRET}`, why: 'its name holds what is secret' },
        { tool: 'told', why: '"key" may only be what the server was told in confidence' },
      ],
    });
  });

  test('may be named and given arguments by those who know what is secret', () => {
    const tools = [asking(`repeats ${SECRET}`, { enum: [SECRET] })];
    const wish = { tool: `repeats ${SECRET}`, args: { key: SECRET } };
    expect(candidates(tools, wish, [SECRET])).toEqual({ calls: [wish], skipped: [] });
  });
});
