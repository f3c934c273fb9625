/** What came back for one request, on its way to whoever asked: content coding undone, told once, and not at all when given up. */
import type { BrotliDecompress, Gunzip } from 'node:zlib';
import { codingOf, decoder } from './content-coding.ts';
import type { HttpClientOptions, HttpHandler, HttpRequest } from './http.ts';

/** The request as it goes out: asking for the coding that the variant asks for. */
export function asking(request: HttpRequest, { compression }: HttpClientOptions['variant']): HttpRequest {
  const coding = codingOf(compression);
  if (coding === undefined) return request;
  return { ...request, headers: { ...request.headers, 'accept-encoding': coding } };
}

export class Delivery {
  readonly #handler: HttpHandler;
  #decoder: Gunzip | BrotliDecompress | undefined;
  #over = false;

  constructor(handler: HttpHandler) {
    this.#handler = handler;
  }

  get over(): boolean {
    return this.#over;
  }

  /** From now on nothing is told. */
  silence(): void {
    this.#over = true;
    this.#decoder?.destroy();
  }

  start(): void {
    if (!this.#over) this.#handler.onStart?.();
  }

  head(status: number, headers: Record<string, string | string[] | undefined>): void {
    if (this.#over) return;
    const coding = headers['content-encoding'];
    if (coding !== undefined) this.#decoder = this.#decode(coding);
    this.#handler.onHead(status, joined(headers));
  }

  data(chunk: Buffer): void {
    if (this.#over) return;
    if (this.#decoder === undefined) this.#handler.onData(chunk);
    else this.#decoder.write(chunk);
  }

  /** What is still being decoded is told first. */
  end(): void {
    if (this.#over) return;
    if (this.#decoder === undefined) this.#end();
    else this.#decoder.end();
  }

  error(error: Error): void {
    if (this.#over) return;
    this.silence();
    this.#handler.onError(error);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#handler.onEnd();
  }

  #decode(coding: string | string[]): Gunzip | BrotliDecompress | undefined {
    const undo = decoder(String(coding).toLowerCase());
    undo?.on('data', (chunk: Buffer) => {
      if (!this.#over) this.#handler.onData(chunk);
    });
    undo?.on('end', () => this.#end());
    undo?.on('error', (error) => this.error(error));
    return undo;
  }
}

/** A field that came several times is one, its values joined by commas ([RFC 9110] 5.3). */
function joined(headers: Record<string, string | string[] | undefined>): Readonly<Record<string, string | undefined>> {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(', ');
  }
  return headers as Record<string, string | undefined>;
}
