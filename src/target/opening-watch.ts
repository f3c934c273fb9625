/** Stands between a channel and its client while a session with somebody's server is being opened: says what came instead of an answer, and soon enough. */
import type { McpClient } from '../mcp/client.ts';
import type { ChannelEvents } from '../mcp/contract.ts';
import { decode } from '../mcp/jsonrpc.ts';
import { quote } from '../scenario/wording.ts';
import type { Bytes } from '../units.ts';

/** A server may log and notify before it answers; whoever writes so much does something else. */
const MOST_BEFORE_ANSWER = 1_000;
/** What only a client asks. */
const OPENING_METHODS: ReadonlySet<string> = new Set(['initialize', 'server/discover']);

/** Whoever is at the other end speaks no MCP of any revision: there is no use in asking it otherwise. */
export class NoMcp extends Error {
  override readonly name = 'NoMcp';
}

export class OpeningWatch implements ChannelEvents {
  readonly #client: McpClient;
  /** How messages call what was started; empty for what runs already. */
  readonly #subject: string;
  readonly #hopeless: Promise<never>;
  #giveUp: (error: Error) => void = () => undefined;
  #open = false;
  #heard = 0;
  #first = '';

  constructor(client: McpClient, subject: string) {
    this.#client = client;
    this.#subject = subject;
    this.#hopeless = new Promise((_resolve, reject) => {
      this.#giveUp = reject;
    });
    // Where nobody waits yet, or any more, it is no news.
    this.#hopeless.catch(() => undefined);
  }

  /** What the opening comes to, or an `Error` in words that go after the target's name: when it can come to nothing, at once. */
  async outcomeOf<T>(
    opening: Promise<T>,
    { forAnswerMs, limitMs }: { readonly forAnswerMs: number; readonly limitMs: number },
  ): Promise<T> {
    const late = setTimeout(() => this.#giveUp(new Error(this.#silence(limitMs))), forAnswerMs);
    try {
      const opened = await Promise.race([opening, this.#hopeless]);
      this.#open = true;
      return opened;
    } finally {
      clearTimeout(late);
      // It comes to its end all the same, when the client is detached.
      opening.catch(() => undefined);
    }
  }

  onMessage(text: string, size: Bytes): void {
    if (!this.#open) this.#hear(text);
    this.#client.onMessage(text, size);
  }

  #hear(text: string): void {
    this.#heard += 1;
    if (this.#heard === 1) this.#first = text;
    const message = decode(text);
    if (message.kind === 'request' && OPENING_METHODS.has(message.method))
      this.#giveUp(new NoMcp(`${this.#subject}sends back what it is sent: it is no MCP server`));
    else if (this.#heard > MOST_BEFORE_ANSWER) this.#giveUp(new NoMcp(this.#noise()));
  }

  #silence(limitMs: number): string {
    const within = `within ${limitMs / 1000} s (--ready-timeout)`;
    if (this.#heard > 0) return this.#noise(` ${within}`);
    return `${this.#subject}said nothing ${within}: is it an MCP server, and does it need longer?${this.#subject === '' ? '' : ' One that listens at a URL needs that as well: --target <name>=<url>'}`;
  }

  #noise(when = ''): string {
    const what = this.#heard === 1 ? 'a message' : `${this.#heard} messages`;
    const rule = this.#subject === '' ? '' : '; a stdio server writes MCP to its standard output and nothing else';
    return `${this.#subject}wrote ${what}${when} and no answer, the first: ${quote(this.#first)}${rule}`;
  }

  onSendFailure(...failure: Parameters<McpClient['onSendFailure']>): void {
    this.#client.onSendFailure(...failure);
  }

  onSessionLost(): void {
    this.#client.onSessionLost();
  }

  onClosed(reason: string): void {
    this.#client.onClosed(reason);
  }
}
