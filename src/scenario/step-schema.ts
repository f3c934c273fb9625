/** The steps of a script, as a file writes them. */
import { z } from 'zod';
import { type Bytes, bytes, type Nanoseconds, nanoseconds } from '../units.ts';
import { choice, duration, mapping, MAX_DURATION, size, template, whole, word } from './fields.ts';
import { MISBEHAVIOURS, type Misbehaviour, type Step, type TemplatePart, TOOL_NAMES } from './scenario.ts';
import { oneOf } from './wording.ts';

type CallStep = Extract<Step, { kind: 'call' }>;

/** A nonce takes part of every text that a call sends or gets. */
export const MIN_TEXT_BYTES: Bytes = bytes(16);
const DEFAULT_SEND_BYTES: Bytes = bytes(64);

/** The key that says which kind of step a mapping is; the order of {@link stepSchema}'s alternatives. */
export const STEP_HEADS = ['call', 'ping', 'think', 'wait-for'] as const;

const argumentKeys = {
  send: size(MIN_TEXT_BYTES).optional().meta({
    default: '64B',
    description: 'Size of the text that the call sends: a nonce and filler, 16B to 4MiB.',
  }),
  text: template()
    .optional()
    .describe('In place of send: a text with {{sequence}}, {{client}} and {{filler:64B}} filled in.'),
};

const plainCall = <Tool extends 'echo' | 'store' | 'fail'>(tool: Tool, does: string) =>
  mapping({ call: z.literal(tool).describe(does), ...argumentKeys }, 'a call').transform((file, context) =>
    callStep(file, {}, context),
  );

const produce = mapping(
  {
    call: z.literal('produce').describe('Answers a text of the size asked for.'),
    ...argumentKeys,
    receive: size(MIN_TEXT_BYTES).describe('Size of the text in the answer, 16B to 4MiB.'),
  },
  'a call',
).transform((file, context) => callStep(file, { answerBytes: file.receive }, context));

const delay = mapping(
  {
    call: z.literal('delay').describe('Answers the text after waiting.'),
    ...argumentKeys,
    wait: duration({ least: '0ms', most: '1m' }).describe('How long the endpoint waits before it answers, up to 1m.'),
  },
  'a call',
).transform((file, context) => callStep(file, { delayNs: file.wait }, context));

const progress = mapping(
  {
    call: z.literal('progress').describe('Reports progress so many times, then answers the text.'),
    ...argumentKeys,
    steps: whole({ least: 1, most: 1000 }).describe('How many progress notifications precede the answer.'),
  },
  'a call',
).transform((file, context) => callStep(file, { progressSteps: file.steps }, context));

const misbehave = mapping(
  {
    call: z.literal('misbehave').describe('Breaks the protocol on purpose.'),
    ...argumentKeys,
    how: choice(MISBEHAVIOURS).describe('What goes wrong.'),
  },
  'a call',
).transform((file, context) => callStep(file, { misbehaviour: file.how }, context));

const call = z.discriminatedUnion(
  'call',
  [
    plainCall('echo', 'Answers the text it was sent.'),
    produce,
    plainCall('store', 'Takes the text and answers how long it was.'),
    delay,
    progress,
    plainCall('fail', 'Answers with an error result.'),
    misbehave,
  ],
  { error: oneOf(TOOL_NAMES) },
);

const ping = mapping(
  { ping: z.literal(true, { error: 'true' }).describe('The smallest exchange of the protocol.') },
  'a ping',
).transform((): Step => ({ kind: 'ping' }));

const think = mapping(
  { think: duration({ least: '0ms', most: MAX_DURATION }).describe('The client does nothing for this long.') },
  'a think step',
).transform((file): Step => ({ kind: 'think', thinkNs: file.think }));

const waitFor = mapping(
  {
    'wait-for': word().describe('Waits for the next event of this topic, which must stand under publish.'),
    within: duration({ least: '1ms', most: MAX_DURATION }).prefault('1s').describe('How long to wait at most.'),
  },
  'a wait-for step',
).transform((file): Step => ({ kind: 'wait', topic: file['wait-for'], timeoutNs: file.within }));

/** One thing a client does. */
export const stepSchema = z.union([call, ping, think, waitFor], {
  error: `a step: a mapping with ${oneOf(STEP_HEADS)}`,
});

interface Argument {
  readonly call: CallStep['tool'];
  readonly send?: Bytes | undefined;
  readonly text?: readonly TemplatePart[] | undefined;
}

/** What only one tool takes. */
interface OwnKeys {
  readonly answerBytes?: Bytes;
  readonly delayNs?: Nanoseconds;
  readonly progressSteps?: number;
  readonly misbehaviour?: Misbehaviour;
}

function callStep({ call: tool, send, text }: Argument, own: OwnKeys, context: z.core.$RefinementCtx): Step {
  if (send !== undefined && text !== undefined) {
    context.addIssue({ code: 'custom', message: 'one of them', params: { got: 'both send and text' } });
  }
  return {
    kind: 'call',
    tool,
    argument:
      text === undefined ? { kind: 'filler', bytes: send ?? DEFAULT_SEND_BYTES } : { kind: 'template', parts: text },
    answerBytes: own.answerBytes ?? bytes(0),
    delayNs: own.delayNs ?? nanoseconds(0),
    progressSteps: own.progressSteps ?? 0,
    misbehaviour: own.misbehaviour,
  };
}
