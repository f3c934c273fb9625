/** `McpClient` for a channel of bytes: calls that repeat are patched instead of written, their answers compared instead of parsed. */
import { bytes } from '../units.ts';
import { CallTemplate, type RepeatedCall } from './call-template.ts';
import { McpClient, type McpClientOptions } from './client.ts';
import type { Exchange, Outcome } from './outcome.ts';
import type { RequestId } from './jsonrpc.ts';
import type { Pending } from './pending.ts';

/** One answer in so many is parsed all the same, and judged by whoever asked. */
const PARSED_EVERY = 64;

/** The templates of all clients of one process that speak alike: ten thousand clients make the same calls. */
export type Templates = Map<RepeatedCall, CallTemplate>;

export interface LeanClientOptions extends McpClientOptions {
  readonly templates: Templates;
}

export class LeanClient extends McpClient {
  readonly #templates: Templates;
  #compared = 0;
  /** What is being read as text at this moment. */
  #parsing: { readonly buffer: Buffer; readonly start: number; readonly end: number } | undefined;

  constructor(options: LeanClientOptions) {
    super(options);
    this.#templates = options.templates;
  }

  /** Sends a call that differs from others of its kind in nothing but its nonce. Returns the request's id. */
  startCall(call: RepeatedCall, nonce: string, settle: (exchange: Exchange) => void): number {
    const template = this.#templateOf(call);
    const message = template.message(this.nextId, nonce);
    const repeats = { template, nonce };
    const sentNs = this.now();
    return this.begin(message, {
      method: 'tools/call',
      sentNs,
      settle,
      acknowledge: undefined,
      endless: false,
      repeats,
    });
  }

  #templateOf(call: RepeatedCall): CallTemplate {
    const known = this.#templates.get(call);
    if (known?.fits(this.nextId) === true) return known;
    const made = new CallTemplate(call, this.nextId, (params) => this.inEnvelope(params));
    this.#templates.set(call, made);
    return made;
  }

  onBytes(buffer: Buffer, start: number, end: number): void {
    if (this.#takeUsual(buffer, start, end)) return;
    this.#parsing = { buffer, start, end };
    this.onMessage(buffer.toString('utf8', start, end), bytes(end - start));
    this.#parsing = undefined;
  }

  protected override settling(id: RequestId, { repeats }: Pending, outcome: Outcome): void {
    if (repeats === undefined || this.#parsing === undefined || outcome.kind !== 'ok' || typeof id !== 'number') return;
    const { buffer, start, end } = this.#parsing;
    repeats.template.learn(buffer.subarray(start, end), id, repeats.nonce, outcome.result);
  }

  /** Whether the bytes are the usual answer to a call that waits for it, and not one of those that are parsed all the same. */
  #takeUsual(buffer: Buffer, start: number, end: number): boolean {
    for (const template of this.#templates.values()) {
      if (template.answerLength !== end - start) continue;
      const id = template.idIn(buffer, start);
      const pending = this.waiting(id);
      if (pending?.repeats?.template !== template) continue;
      if (!template.isUsual(buffer, start, end, id, pending.repeats.nonce)) return false;
      this.#compared += 1;
      if (this.#compared % PARSED_EVERY === 0) return false;
      const outcome = { kind: 'ok', result: template.usualResult, asExpected: true } as const;
      this.answered(id, pending, bytes(end - start), outcome);
      return true;
    }
    return false;
  }
}
