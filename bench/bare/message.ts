/** What a bare loop sends and reads: with `json` as any MCP client must, with `bytes` so many of them and no more. */

export type Mode = 'json' | 'bytes';

/** Bytes of an echo call's message without its text. */
const ENVELOPE = 101;

export interface Messages {
  /** The next message. */
  next(): string;
  /** What a client does with what has come, before it can act on it. */
  read(text: string): void;
}

export function messages(mode: Mode, bytesUp: number): Messages {
  if (mode === 'bytes') {
    const text = 'x'.repeat(bytesUp);
    return { next: () => text, read: () => undefined };
  }
  const filler = 'x'.repeat(bytesUp - ENVELOPE);
  let id = 1_000_000;
  return {
    next: () => {
      id += 1;
      return JSON.stringify({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name: 'echo', arguments: { text: filler } },
      });
    },
    read: (text) => {
      if ((JSON.parse(text) as { readonly id?: unknown }).id === undefined) throw new Error('an answer without an id');
    },
  };
}

/** The message of an echo call, as far as an echo needs it. */
interface EchoCall {
  readonly id: number;
  readonly params: { readonly arguments: { readonly text: string } };
}

/** What a server answers: the echo, or so many bytes. */
export function answers(mode: Mode, bytesDown: number): (text: string) => string {
  if (mode === 'bytes') {
    const bytes = 'x'.repeat(bytesDown);
    return () => bytes;
  }
  return (text) => {
    const { id, params } = JSON.parse(text) as EchoCall;
    return JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: params.arguments.text }] } });
  };
}
