/** A call that is made again and again: its request is written once and patched, its answers are compared with one that was read. */
import { type Bytes, bytes } from '../units.ts';
import type { EncodedMessage } from './contract.ts';
import { type JsonObject, encodeRequest, isObject } from './jsonrpc.ts';
import { NONCE_BYTES, nonceOf } from './payload.ts';

/** Calls of one tool that differ in nothing but their nonce, which comes back. */
export interface RepeatedCall {
  readonly tool: string;
  /** The arguments' text begins with the nonce, and holds it nowhere else. */
  argumentsWith(nonce: string): JsonObject;
  /** The text of a right answer. */
  answerWith(nonce: string): string;
}

const METHOD = 'tools/call';
/** Stands in a template where nonces go; no client of that index makes a call of that number. */
const NO_NONCE = nonceOf(46_655, 78_364_164_095);
const ZERO = 0x30;
/** Answers that differ each time, by a date or a counter, are read each time: a template is not tried for ever. */
const MOST_LEARNT = 8;

/** As JSON is written with and without spaces. Within a string the quotation marks would be escaped. */
const ID_KEYS = ['"id":', '"id": '];

/** A text in UTF-8 with two places in it that are written anew. */
interface Patched {
  readonly buffer: Buffer;
  readonly idAt: number;
  readonly nonceAt: number;
}

/** Of calls whose ids have the same number of digits. */
export class CallTemplate {
  readonly call: RepeatedCall;
  readonly #idDigits: number;
  readonly #request: Patched;
  #answer: Patched | undefined;
  #usualResult: JsonObject = {};
  #learnt = 0;

  /** `envelop` puts what every request carries around the parameters. */
  constructor(call: RepeatedCall, id: number, envelop: (params: JsonObject) => JsonObject) {
    const params = envelop({ name: call.tool, arguments: call.argumentsWith(NO_NONCE) });
    const { text } = encodeRequest(id, METHOD, params);
    this.call = call;
    this.#idDigits = String(id).length;
    const request = patchable(Buffer.from(text), id, NO_NONCE);
    if (request === undefined) throw new Error(`a call of ${call.tool} holds its nonce or its id more than once`);
    this.#request = request;
  }

  fits(id: number): boolean {
    return String(id).length === this.#idDigits;
  }

  /** The request with this id and nonce. Its bytes are those of the template. */
  message(id: number, nonce: string): EncodedMessage {
    return new TemplateMessage(this, bytes(this.#request.buffer.length), id, nonce);
  }

  /** The bytes of the request with this id and nonce. */
  request(id: number, nonce: string): Buffer {
    patch(this.#request, id, this.#idDigits, nonce);
    return this.#request.buffer;
  }

  /** Bytes of the usual answer; `undefined` before one was learnt. */
  get answerLength(): number | undefined {
    return this.#answer?.buffer.length;
  }

  /** The digits that stand where the usual answer has its id, as a number; what it is if they are no digits is not said. */
  idIn(buffer: Buffer, start: number): number {
    let id = 0;
    const from = start + (this.#answer?.idAt ?? 0);
    for (let at = from; at < from + this.#idDigits; at += 1) id = id * 10 + ((buffer[at] ?? 0) - ZERO);
    return id;
  }

  /** Whether the bytes are the usual answer with this id and nonce: every one of them is compared. */
  isUsual(buffer: Buffer, start: number, end: number, id: number, nonce: string): boolean {
    const answer = this.#answer;
    if (answer?.buffer.length !== end - start) return false;
    patch(answer, id, this.#idDigits, nonce);
    return answer.buffer.compare(buffer, start, end) === 0;
  }

  /** The result of the answer that was learnt. */
  get usualResult(): JsonObject {
    return this.#usualResult;
  }

  /** Takes an answer for the usual one if it is right and its id and its nonce can be found in it, once each. */
  learn(answer: Buffer, id: number, nonce: string, result: JsonObject): void {
    if (this.#learnt >= MOST_LEARNT || this.isUsual(answer, 0, answer.length, id, nonce)) return;
    if (!isRight(result, this.call.answerWith(nonce))) return;
    this.#learnt += 1;
    this.#answer = patchable(Buffer.from(answer), id, nonce);
    this.#usualResult = result;
  }
}

function isRight(result: JsonObject, expected: string): boolean {
  const { content } = result;
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  return isObject(first) && first['text'] === expected && result['isError'] !== true;
}

function patchable(buffer: Buffer, id: number, nonce: string): Patched | undefined {
  const places = ID_KEYS.flatMap((key) => placesOf(buffer, `${key}${id}`).map((at) => at + key.length));
  const nonces = placesOf(buffer, nonce);
  const [idAt] = places;
  const [nonceAt] = nonces;
  if (idAt === undefined || nonceAt === undefined || places.length + nonces.length > 2) return undefined;
  return { buffer, idAt, nonceAt };
}

/** The first two: more are not asked for. */
function placesOf(buffer: Buffer, text: string): number[] {
  const first = buffer.indexOf(text);
  if (first < 0) return [];
  const second = buffer.indexOf(text, first + 1);
  return second < 0 ? [first] : [first, second];
}

function patch({ buffer, idAt, nonceAt }: Patched, id: number, digits: number, nonce: string): void {
  let rest = id;
  for (let at = idAt + digits - 1; at >= idAt; at -= 1) {
    const left = Math.floor(rest / 10);
    buffer[at] = ZERO + rest - left * 10;
    rest = left;
  }
  buffer.write(nonce, nonceAt, NONCE_BYTES, 'latin1');
}

class TemplateMessage implements EncodedMessage {
  readonly method = METHOD;
  readonly errorCode = undefined;
  readonly size: Bytes;
  readonly id: number;
  readonly name: string;
  readonly #template: CallTemplate;
  readonly #nonce: string;

  constructor(template: CallTemplate, size: Bytes, id: number, nonce: string) {
    this.size = size;
    this.id = id;
    this.name = template.call.tool;
    this.#template = template;
    this.#nonce = nonce;
  }

  /** Patched when they are asked for: right until another message of the template is asked for its own. */
  get bytes(): Buffer {
    return this.#template.request(this.id, this.#nonce);
  }

  get text(): string {
    return this.bytes.toString('utf8');
  }
}
