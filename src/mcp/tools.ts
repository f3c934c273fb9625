/** The tools of the bench server. Each answer begins with the nonce that its call began with. */
import { MISBEHAVIOURS, type Misbehaviour, TOOL_NAMES, type ToolName } from '../scenario/scenario.ts';
import { bytes } from '../units.ts';
import { type JsonObject, isObject } from './jsonrpc.ts';
import { NONCE_BYTES, nonceOf, paddedText } from './payload.ts';

/** Largest answer that `produce` makes and longest wait that `delay` keeps: a caller cannot ask for the machine's memory. */
export const MAX_PRODUCE_BYTES = 8 * 1024 * 1024;
export const MAX_DELAY_MS = 60_000;
const MAX_PROGRESS_STEPS = 10_000;

/** A call's arguments, read and checked. */
export type ToolCall =
  | { readonly tool: 'echo' | 'store' | 'fail'; readonly text: string }
  | { readonly tool: 'produce'; readonly text: string; readonly size: number }
  | { readonly tool: 'delay'; readonly text: string; readonly delayMs: number }
  | { readonly tool: 'progress'; readonly text: string; readonly steps: number }
  | { readonly tool: 'misbehave'; readonly text: string; readonly how: Misbehaviour };

export type ReadCall = { readonly ok: true; readonly call: ToolCall } | { readonly ok: false; readonly why: string };

const text = { type: 'string', description: 'Starts with a nonce, which the answer returns.' };
const count = (description: string, maximum: number): JsonObject => ({
  type: 'integer',
  minimum: 0,
  maximum,
  description,
});

/** One entry of `tools/list`. */
export interface ToolDefinition {
  readonly name: ToolName;
  readonly description: string;
  readonly inputSchema: JsonObject;
}

export const TOOLS: readonly ToolDefinition[] = [
  define('echo', 'Answers the text it was sent.', {}),
  define('produce', 'Answers a text of the size asked for.', {
    size: count('Bytes of the answer.', MAX_PRODUCE_BYTES),
  }),
  define('store', 'Takes the text and answers how long it was.', {}),
  define('delay', 'Answers the text after waiting.', {
    delayMs: { type: 'number', minimum: 0, maximum: MAX_DELAY_MS },
  }),
  define('progress', 'Reports progress so many times, then answers the text.', {
    steps: count('Notifications.', MAX_PROGRESS_STEPS),
  }),
  define('fail', 'Answers with an error result.', {}),
  define('misbehave', 'Breaks the protocol in the way asked for, to test those who should notice.', {
    how: { type: 'string', enum: [...MISBEHAVIOURS] },
  }),
];

function define(name: ToolName, description: string, extra: JsonObject): ToolDefinition {
  const properties = { text, ...extra };
  return {
    name,
    description,
    inputSchema: { type: 'object', properties, required: Object.keys(properties), additionalProperties: false },
  };
}

/** Reads the parameters of `tools/call`. */
export function readToolCall(params: JsonObject): ReadCall {
  const name = params['name'];
  const tool = TOOL_NAMES.find((known) => known === name);
  if (tool === undefined) return { ok: false, why: `unknown tool ${JSON.stringify(name)}` };
  const args = params['arguments'];
  if (!isObject(args) || typeof args['text'] !== 'string')
    return { ok: false, why: `${tool}: "text" is missing or not a string` };
  return readArguments(tool, args['text'], args);
}

function readArguments(tool: ToolName, text: string, args: JsonObject): ReadCall {
  switch (tool) {
    case 'echo':
    case 'store':
    case 'fail':
      return { ok: true, call: { tool, text } };
    case 'produce':
      return within(args['size'], MAX_PRODUCE_BYTES, 'size', tool, (size) => ({ tool, text, size }));
    case 'delay':
      return within(args['delayMs'], MAX_DELAY_MS, 'delayMs', tool, (delayMs) => ({ tool, text, delayMs }));
    case 'progress':
      return within(args['steps'], MAX_PROGRESS_STEPS, 'steps', tool, (steps) => ({ tool, text, steps }));
    case 'misbehave': {
      const how = MISBEHAVIOURS.find((known) => known === args['how']);
      return how === undefined
        ? { ok: false, why: 'misbehave: unknown "how"' }
        : { ok: true, call: { tool, text, how } };
    }
  }
}

/** Sizes and steps are whole; a delay may be any number. */
function within(
  value: unknown,
  maximum: number,
  key: string,
  tool: string,
  make: (value: number) => ToolCall,
): ReadCall {
  const whole = key !== 'delayMs';
  if (typeof value !== 'number' || !(value >= 0 && value <= maximum) || (whole && !Number.isInteger(value))) {
    return { ok: false, why: `${tool}: "${key}" is not a${whole ? ' whole' : ''} number from 0 to ${maximum}` };
  }
  return { ok: true, call: make(value) };
}

/** The text of a correct answer: what the server sends and what the client expects. */
export function answerText(call: ToolCall, filler: (size: ReturnType<typeof bytes>) => string): string {
  const nonce = call.text.slice(0, NONCE_BYTES);
  switch (call.tool) {
    case 'produce':
      return paddedText(nonce, bytes(call.size), filler);
    case 'store':
      return `${nonce}stored ${Buffer.byteLength(call.text)} bytes`;
    case 'fail':
      return `${nonce}failed as asked`;
    case 'misbehave':
      return call.how === 'wrong-text' ? `${nonceOf(46_655, 0)}not what was asked` : call.text;
    default:
      return call.text;
  }
}

/** The arguments object of a call. */
export function toolArguments(call: ToolCall): JsonObject {
  const { text } = call;
  switch (call.tool) {
    case 'produce':
      return { text, size: call.size };
    case 'delay':
      return { text, delayMs: call.delayMs };
    case 'progress':
      return { text, steps: call.steps };
    case 'misbehave':
      return { text, how: call.how };
    default:
      return { text };
  }
}
