/** Writes requests of HTTP/1.1 as undici has them, each head put together once. */
import type { Socket } from 'node:net';
import type { HttpRequest } from '../http.ts';
import { turnWriter } from './turn-writer.ts';

/** Heads that are kept; a client sends as many kinds of requests as it has methods and tools. */
const MOST_KEPT = 32;
const HEAD_END = Buffer.from('\r\n\r\n');

/** The body, as bytes where they are there. */
interface BodyToWrite {
  readonly text: string;
  readonly bytes: Buffer | undefined;
}

export class RequestWriter {
  readonly #host: string;
  /** By the headers, which whoever sends the same sends as the same object. */
  readonly #heads = new Map<HttpRequest['headers'], { readonly key: string; readonly head: Buffer }>();

  constructor(host: string) {
    this.#host = host;
  }

  write(socket: Socket, request: HttpRequest, body: BodyToWrite): void {
    const head = this.#headOf(request);
    if (request.method !== 'POST') {
      const at = turnWriter.reserve(socket, head.length + 2);
      head.copy(turnWriter.buffer, at);
      HEAD_END.copy(turnWriter.buffer, at + head.length, 0, 2);
      return;
    }
    const size = body.bytes?.length ?? Buffer.byteLength(body.text);
    const digits = String(size);
    const at = turnWriter.reserve(socket, head.length + digits.length + HEAD_END.length + size);
    const { buffer } = turnWriter;
    head.copy(buffer, at);
    const lengthAt = at + head.length;
    buffer.write(digits, lengthAt, 'latin1');
    HEAD_END.copy(buffer, lengthAt + digits.length);
    turnWriter.put(body, lengthAt + digits.length + HEAD_END.length);
  }

  /** Of a POST up to the length of its body; of others up to the empty line. */
  #headOf({ method, path, headers }: HttpRequest): Buffer {
    const key = `${method} ${path}`;
    const known = this.#heads.get(headers);
    if (known?.key === key) return known.head;
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const text = `${key} HTTP/1.1\r\nhost: ${this.#host}\r\nconnection: keep-alive\r\n${fields.join('')}`;
    const head = Buffer.from(method === 'POST' ? `${text}content-length: ` : text, 'latin1');
    if (this.#heads.size >= MOST_KEPT) this.#heads.clear();
    this.#heads.set(headers, { key, head });
    return head;
  }
}
