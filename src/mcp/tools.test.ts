import { describe, expect, test } from 'vitest';
import { MISBEHAVIOURS, TOOL_NAMES } from '../scenario/scenario.ts';
import { bytes } from '../units.ts';
import { fillerSource, nonceOf, readNonce } from './payload.ts';
import {
  MAX_DELAY_MS,
  MAX_PRODUCE_BYTES,
  TOOLS,
  type ToolCall,
  answerText,
  readToolCall,
  toolArguments,
} from './tools.ts';

const filler = fillerSource(5);
const text = `${nonceOf(1, 2)}payload`;

/** One correct call of every tool. */
const CALLS: readonly ToolCall[] = [
  { tool: 'echo', text },
  { tool: 'store', text },
  { tool: 'fail', text },
  { tool: 'produce', text, size: 100 },
  { tool: 'delay', text, delayMs: 1.5 },
  { tool: 'progress', text, steps: 3 },
  ...MISBEHAVIOURS.map((how): ToolCall => ({ tool: 'misbehave', text, how })),
];

test('every tool is listed once, in the order of their names, and has a call here', () => {
  expect(TOOLS.map(({ name }) => name)).toEqual([...TOOL_NAMES]);
  expect(new Set(CALLS.map(({ tool }) => tool))).toEqual(new Set(TOOL_NAMES));
});

test('a schema asks for exactly the arguments that the tool reads', () => {
  for (const call of CALLS) {
    const schema = TOOLS.find(({ name }) => name === call.tool)!.inputSchema;
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    expect((schema['required'] as string[]).toSorted()).toEqual(Object.keys(toolArguments(call)).toSorted());
    expect(Object.keys(schema['properties'] as object).toSorted()).toEqual(Object.keys(toolArguments(call)).toSorted());
  }
});

test.each(CALLS)('a call is read back from its arguments: $tool $how', (call) => {
  expect(readToolCall({ name: call.tool, arguments: toolArguments(call) })).toEqual({ ok: true, call });
});

test.each(CALLS)('an answer begins with its call’s nonce unless it is the wrong text: $tool $how', (call) => {
  const wrong = call.tool === 'misbehave' && call.how === 'wrong-text';
  expect(readNonce(answerText(call, filler)) === nonceOf(1, 2)).toBe(!wrong);
});

describe('answers', () => {
  test('produce makes the size asked for, store says the size in bytes', () => {
    expect(answerText({ tool: 'produce', text, size: 100 }, filler)).toBe(nonceOf(1, 2) + filler(bytes(88)));
    expect(answerText({ tool: 'store', text: `${nonceOf(1, 2)}ä€😀` }, filler)).toBe(`${nonceOf(1, 2)}stored 21 bytes`);
  });

  test('echo returns any text, even one without a nonce', () => {
    expect(answerText({ tool: 'echo', text: '' }, filler)).toBe('');
    expect(answerText({ tool: 'echo', text: 'ä€😀\n\u2028' }, filler)).toBe('ä€😀\n\u2028');
  });
});

describe('what is refused', () => {
  test.each([
    [{}, /unknown tool/],
    [{ name: 'rm', arguments: { text } }, /unknown tool "rm"/],
    [{ name: 'toString', arguments: { text } }, /unknown tool/],
    [{ name: 7, arguments: { text } }, /unknown tool 7/],
    [{ name: 'echo' }, /"text"/],
    [{ name: 'echo', arguments: { text: 7 } }, /"text"/],
    [{ name: 'echo', arguments: [text] }, /"text"/],
    [{ name: 'produce', arguments: { text } }, /"size"/],
    [{ name: 'produce', arguments: { text, size: -1 } }, /"size"/],
    [{ name: 'produce', arguments: { text, size: '5' } }, /"size"/],
    [{ name: 'produce', arguments: { text, size: 1.5 } }, /"size"/],
    [{ name: 'produce', arguments: { text, size: MAX_PRODUCE_BYTES + 1 } }, /"size"/],
    [{ name: 'delay', arguments: { text, delayMs: MAX_DELAY_MS + 1 } }, /"delayMs"/],
    [{ name: 'delay', arguments: { text, delayMs: null } }, /"delayMs"/],
    [{ name: 'progress', arguments: { text, steps: 10_001 } }, /"steps"/],
    [{ name: 'progress', arguments: { text, steps: 0.5 } }, /"steps"/],
    [{ name: 'misbehave', arguments: { text } }, /"how"/],
    [{ name: 'misbehave', arguments: { text, how: 'politely' } }, /"how"/],
  ])('%j', (params, why) => {
    const read = readToolCall(params);
    expect(read).toMatchObject({ ok: false });
    expect(read.ok ? '' : read.why).toMatch(why);
  });

  test('the largest values are allowed', () => {
    expect(readToolCall({ name: 'produce', arguments: { text, size: MAX_PRODUCE_BYTES } }).ok).toBe(true);
    expect(readToolCall({ name: 'delay', arguments: { text, delayMs: MAX_DELAY_MS } }).ok).toBe(true);
  });
});
