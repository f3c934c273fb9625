/** A call as bytes that was seen to be answered, and the bytes of what came back: the next one like it is answered by patching these. */

/** As `mcp/payload.ts` makes nonces; a text begins with one. */
const NONCE = /"(n[0-9a-z]{10}:)/;
const ID = /"id": ?(\d{1,15})[,}]/;
const CALL = '"method":"tools/call"';
const MESSAGE = '"jsonrpc":';

/** What tells one call from another. */
export interface Call {
  /** Its digits. */
  readonly id: string;
  readonly nonce: string;
}

/** What a message says of itself; `undefined` for one that is no call, or carries no nonce. */
export function callIn(message: Buffer): Call | undefined {
  const text = message.toString('latin1');
  const id = ID.exec(text)?.[1];
  const nonce = NONCE.exec(text)?.[1];
  return id === undefined || nonce === undefined || !text.includes(CALL) ? undefined : { id, nonce };
}

/** A stretch of bytes, both ends from the start. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A request without its id and its nonce. */
export class RequestTemplate {
  readonly #bytes: Buffer;
  readonly #id: Stretch;
  readonly #nonce: Stretch;
  /** What must be the same, in order. */
  readonly #fixed: readonly Stretch[];

  private constructor(bytes: Buffer, id: Stretch, nonce: Stretch) {
    this.#bytes = bytes;
    this.#id = id;
    this.#nonce = nonce;
    const [first, second] = id.from < nonce.from ? [id, nonce] : [nonce, id];
    this.#fixed = [
      { from: 0, to: first.from },
      { from: first.to, to: second.from },
      { from: second.to, to: bytes.length },
    ];
  }

  /** `undefined` where id or nonce stands more than once: then nobody knows which is which. */
  static of(message: Buffer, { id, nonce }: Call): RequestTemplate | undefined {
    const [idAt, ...moreIds] = idPlaces(message, id);
    const [nonceAt, ...moreNonces] = placesOf(message, nonce);
    if (idAt === undefined || nonceAt === undefined || moreIds.length + moreNonces.length > 0) return undefined;
    const stretch = (from: number, length: number): Stretch => ({ from, to: from + length });
    return new RequestTemplate(Buffer.from(message), stretch(idAt, id.length), stretch(nonceAt, nonce.length));
  }

  /** Whether the message differs from the template in nothing but id and nonce. */
  fits(message: Buffer): boolean {
    const bytes = this.#bytes;
    if (message.length !== bytes.length) return false;
    for (const { from, to } of this.#fixed) if (message.compare(bytes, from, to, from, to) !== 0) return false;
    return true;
  }

  /** The reply with id and nonce of a message that fits. */
  answered(reply: ReplyTemplate, message: Buffer): Buffer {
    return reply.filled(message, this.#id, this.#nonce);
  }
}

/** What came back, with the places where the id and the nonce of its request stand. */
export class ReplyTemplate {
  readonly #bytes: Buffer;
  readonly #idsAt: readonly number[];
  readonly #noncesAt: readonly number[];

  constructor(bytes: Buffer, { id, nonce }: Call) {
    this.#bytes = bytes;
    this.#idsAt = idPlaces(bytes, id);
    this.#noncesAt = placesOf(bytes, nonce);
  }

  /** Whether it holds the answer, and not only the word that one will come. */
  get isAnswer(): boolean {
    return this.#idsAt.length > 0 && this.#noncesAt.length > 0;
  }

  /** How many messages it holds: with more than the answer, some are the answers to other calls, or are told to everybody. */
  get messages(): number {
    return placesOf(this.#bytes, MESSAGE).length;
  }

  /** A copy with id and nonce of the message. */
  filled(message: Buffer, id: Stretch, nonce: Stretch): Buffer {
    const copy = Buffer.allocUnsafe(this.#bytes.length);
    this.#bytes.copy(copy);
    for (const at of this.#idsAt) message.copy(copy, at, id.from, id.to);
    for (const at of this.#noncesAt) message.copy(copy, at, nonce.from, nonce.to);
    return copy;
  }
}

const idPlaces = (bytes: Buffer, id: string): number[] =>
  ['"id":', '"id": '].flatMap((key) =>
    [',', '}'].flatMap((end) => placesOf(bytes, `${key}${id}${end}`).map((at) => at + key.length)),
  );

function placesOf(bytes: Buffer, text: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + text.length)) places.push(at);
  return places;
}
