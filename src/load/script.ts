/** One client runs one script: its steps in order, each checked against what a right answer would be. */
import type { RepeatedCall } from '../mcp/call-template.ts';
import { type Exchange, describeOutcome } from '../mcp/outcome.ts';
import { type JsonObject, isObject } from '../mcp/jsonrpc.ts';
import { nonceOf, paddedText, readNonce } from '../mcp/payload.ts';
import { type ToolCall, answerText, toolArguments } from '../mcp/tools.ts';
import { callsIn } from '../scenario/calendar-length.ts';
import type { Random } from '../scenario/random.ts';
import type { ArgumentText, Script, Step } from '../scenario/scenario.ts';
import { type Nanoseconds, NS_PER_MS, plus } from '../units.ts';
import type { BenchClient } from './bench-client.ts';
import type { Phase } from './phase.ts';

type CallStep = Extract<Step, { kind: 'call' }>;

/** Chooses by weight. */
export function pickScript(scripts: readonly Script[], random: Random): Script {
  const [only] = scripts;
  if (only !== undefined && scripts.length === 1) return only;
  const total = scripts.reduce((sum, script) => sum + script.weight, 0);
  let left = random.uniform() * total;
  for (const script of scripts) {
    left -= script.weight;
    if (left < 0) return script;
  }
  const last = scripts.at(-1);
  if (last === undefined) throw new Error('a phase with calls needs a script');
  return last;
}

/** A script on its way through its steps. */
interface Running {
  readonly phase: Phase;
  readonly client: BenchClient;
  readonly script: Script;
  readonly startedNs: Nanoseconds;
  readonly done: () => void;
}

/**
 * Runs the script once and calls back. `intendedStartNs` is the calendar's instant for its first call; later calls are
 * due when the step before them ended, and so is the first one in a closed loop, where it is `undefined`.
 * A client that has lost its connection stops at once.
 *
 * Callbacks and not promises: at full speed half a dozen promises per call cost the driver more than its JSON does.
 */
export function runScript(
  phase: Phase,
  client: BenchClient,
  script: Script,
  intendedStartNs: Nanoseconds | undefined,
  done: () => void,
): void {
  if (client.lostBecause !== undefined) {
    bookLost(phase, script, client.lostBecause);
    done();
    return;
  }
  const startedNs = intendedStartNs ?? phase.clock.now();
  runStep({ phase, client, script, startedNs, done }, 0, intendedStartNs);
}

/** The calendar has called, and nobody is there: what was due is booked all the same. */
function bookLost({ recorder, clock }: Phase, script: Script, reason: string): void {
  const calls = callsIn(script);
  recorder.due(calls);
  for (let call = 0; call < calls; call += 1) recorder.failed('disconnected', reason, clock.now());
}

function runStep(running: Running, index: number, dueNs: Nanoseconds | undefined): void {
  const { phase, client, script, done } = running;
  const step = client.lostBecause === undefined || index === 0 ? script.steps[index] : undefined;
  if (step === undefined) {
    if (client.lostBecause === undefined) bookScript(running);
    done();
    return;
  }
  const next = (): void => runStep(running, index + 1, undefined);
  switch (step.kind) {
    case 'think':
      phase.clock.at(plus(phase.clock.now(), step.thinkNs), next);
      return;
    case 'wait':
      waitForEvent(phase, client, step.topic, step.timeoutNs, next);
      return;
    case 'ping':
      phase.recorder.due();
      client.mcp.startPing((exchange) => {
        note(phase, client, exchange, dueNs, () => undefined);
        next();
      });
      return;
    case 'call':
      if (!repeat(phase, client, step, dueNs, next)) call(phase, client, step, dueNs, next);
      return;
    case 'foreign-call':
      callForeign(phase, client, dueNs, next);
      return;
  }
}

/** Nothing is known of somebody else's tool but that an answer with content and without `isError` is one. */
function callForeign(phase: Phase, client: BenchClient, dueNs: Nanoseconds | undefined, next: () => void): void {
  if (phase.foreignCall === undefined) throw new Error('a foreign call was planned and none was chosen');
  const { tool, args } = phase.foreignCall;
  phase.recorder.due();
  client.mcp.start('tools/call', { name: tool, arguments: args }, (exchange) => {
    note(phase, client, exchange, dueNs, judgeForeign);
    next();
  });
}

/** An answer with `isError` is a refusal. What it says is the server's business, and may repeat what it was sent. */
function judgeForeign(result: JsonObject): Problem | undefined {
  if (result['isError'] === true) return { kind: 'rejected', why: 'the tool answered with an error' };
  // [spec] tools: the result of a call has its content in an array, be it empty; a task in place of it is no result yet.
  return Array.isArray(result['content']) ? undefined : { kind: 'wrong', why: 'the answer holds no content' };
}

function bookScript({ phase, script, startedNs }: Running): void {
  if (script.steps.length === 1) phase.recorder.shortScript();
  else phase.recorder.script(startedNs, phase.clock.now());
}

function call(
  phase: Phase,
  client: BenchClient,
  step: CallStep,
  dueNs: Nanoseconds | undefined,
  next: () => void,
): void {
  const toolCall = makeCall(phase, client, step);
  const params: Record<string, unknown> = { name: toolCall.tool, arguments: toolArguments(toolCall) };
  const token = toolCall.tool === 'progress' ? client.mcp.nextId : undefined;
  if (token !== undefined) {
    params['_meta'] = { progressToken: token };
    phase.recorder.progressExpected(client.progressStream(token));
  }
  phase.recorder.due();
  client.mcp.start('tools/call', params, (exchange) => {
    note(phase, client, exchange, dueNs, (result) => judge(phase, result, toolCall));
    if (token !== undefined) noteProgress(phase, client.progressStream(token), step, exchange);
    next();
  });
}

/** Makes the call as one of many that differ in their nonce only, where client and step allow it; says whether they did. */
function repeat(
  phase: Phase,
  client: BenchClient,
  step: CallStep,
  dueNs: Nanoseconds | undefined,
  next: () => void,
): boolean {
  const { mcp } = client;
  if (mcp.startCall === undefined || phase.repeated === undefined || !isRepeated(step)) return false;
  let repeated = phase.repeated.get(step);
  if (repeated === undefined) phase.repeated.set(step, (repeated = repeatedCall(step, phase.filler)));
  const nonce = nonceOf(client.index, client.sequence);
  client.sequence += 1;
  phase.recorder.due();
  mcp.startCall(repeated, nonce, (exchange) => {
    note(phase, client, exchange, dueNs, (result) => judge(phase, result, toolCallOf(phase, step, nonce)));
    next();
  });
  return true;
}

/** Progress has a token for each call, and what misbehaves is looked at closely. */
const isRepeated = ({ argument, tool }: CallStep): boolean =>
  argument.kind === 'filler' && (tool === 'echo' || tool === 'produce' || tool === 'store');

function repeatedCall(step: CallStep, filler: Phase['filler']): RepeatedCall {
  const callOf = (nonce: string): ToolCall => toolCallOf({ filler }, step, nonce);
  return {
    tool: step.tool,
    argumentsWith: (nonce) => toolArguments(callOf(nonce)),
    answerWith: (nonce) => answerText(callOf(nonce), filler),
  };
}

function noteProgress({ recorder }: Phase, stream: string, step: CallStep, { outcome }: Exchange): void {
  if (outcome.kind === 'ok') recorder.progressPromised(stream, step.progressSteps);
  else recorder.progressForgotten(stream);
}

function makeCall(phase: Phase, client: BenchClient, step: CallStep): ToolCall {
  const text = argumentText(phase, client, step.argument, nonceOf(client.index, client.sequence));
  client.sequence += 1;
  return callWith(step, text);
}

/** Of a step whose argument is the same each time but for its nonce. */
function toolCallOf({ filler }: Pick<Phase, 'filler'>, step: CallStep, nonce: string): ToolCall {
  const { argument } = step;
  return callWith(step, argument.kind === 'filler' ? paddedText(nonce, argument.bytes, filler) : nonce);
}

function callWith(step: CallStep, text: string): ToolCall {
  switch (step.tool) {
    case 'produce':
      return { tool: 'produce', text, size: step.answerBytes };
    case 'delay':
      return { tool: 'delay', text, delayMs: step.delayNs / NS_PER_MS };
    case 'progress':
      return { tool: 'progress', text, steps: step.progressSteps };
    case 'misbehave':
      return { tool: 'misbehave', text, how: step.misbehaviour ?? 'never' };
    default:
      return { tool: step.tool, text };
  }
}

function argumentText(phase: Phase, client: BenchClient, argument: ArgumentText, nonce: string): string {
  if (argument.kind === 'filler') return paddedText(nonce, argument.bytes, phase.filler);
  const parts = argument.parts.map((part) => {
    switch (part.kind) {
      case 'text':
        return part.text;
      case 'filler':
        return phase.filler(part.bytes);
      case 'sequence':
        return String(client.sequence);
      case 'client':
        return String(client.index);
    }
  });
  return nonce + parts.join('');
}

/** Books one exchange. A call without a calendar is due when it is sent. */
function note(
  phase: Phase,
  client: BenchClient,
  exchange: Exchange,
  dueNs: Nanoseconds | undefined,
  judged: (result: JsonObject) => Problem | undefined,
): void {
  const { outcome, sentNs, completedNs } = exchange;
  const { recorder } = phase;
  if (outcome.kind === 'ok') {
    const problem = outcome.asExpected === true ? undefined : judged(outcome.result);
    if (problem === undefined)
      recorder.ok(
        { intendedStartNs: dueNs ?? sentNs, sentNs, completedNs },
        dueNs === undefined ? 'unscheduled' : 'scheduled',
      );
    else recorder.failed(problem.kind, problem.why, completedNs);
    if (problem?.otherCall === true) recorder.misrouted();
  } else if (outcome.kind === 'timed-out') {
    recorder.failed('timedOut', describeOutcome(outcome), completedNs);
  } else {
    recorder.failed(outcome.kind, outcome.reason, completedNs);
  }
  if (outcome.kind === 'disconnected' && outcome.onlyThis !== true) client.lostBecause = outcome.reason;
}

interface Problem {
  readonly kind: 'wrong' | 'rejected';
  readonly why: string;
  readonly otherCall?: boolean;
}

/** What is wrong with an answer; `undefined` for a right one. Every answer is compared whole, not by sample. */
function judge(phase: Phase, result: JsonObject, asked: ToolCall): Problem | undefined {
  const content = result['content'];
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  const text = isObject(first) ? first['text'] : undefined;
  if (typeof text !== 'string') return { kind: 'wrong', why: 'the answer holds no text' };
  const expected = answerText(asked, phase.filler);
  const right = text === expected && !(asked.tool === 'misbehave' && asked.how === 'wrong-text');
  if (!right) {
    const otherCall = readNonce(text) !== undefined && readNonce(text) !== readNonce(asked.text);
    return {
      kind: 'wrong',
      why: otherCall ? 'the answer carries another call’s nonce' : 'the answer’s text is not the one expected',
      otherCall,
    };
  }
  return result['isError'] === true ? { kind: 'rejected', why: 'the tool answered with an error' } : undefined;
}

function waitForEvent(
  phase: Phase,
  client: BenchClient,
  topic: string,
  timeoutNs: Nanoseconds,
  next: () => void,
): void {
  const giveUp = phase.clock.at(plus(phase.clock.now(), timeoutNs), () => {
    stop();
    phase.recorder.due();
    phase.recorder.failed('timedOut', `no event on "${topic}" in time`, phase.clock.now());
    next();
  });
  const stop = client.onceEvent(topic, () => {
    giveUp();
    next();
  });
}
