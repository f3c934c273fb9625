/**
 * Corks what is written in one turn of the event loop: the messages that go to one socket leave in one write, made when
 * the turn's own code has run. Messages are put together in one buffer of the process, so that a socket that has nothing
 * to send holds none.
 */
import type { Socket } from 'node:net';

const USUAL_BYTES = 65_536;

/** A message, of which there may be bytes that need no encoding. */
interface TextOrBytes {
  readonly text: string;
  readonly bytes?: Buffer | undefined;
}

/** What one socket is sent in this turn: a run of bytes in the buffer. */
interface Stretch {
  readonly socket: Socket;
  readonly from: number;
  to: number;
}

class TurnWriter {
  #buffer = Buffer.allocUnsafeSlow(USUAL_BYTES);
  #end = 0;
  #stretches: Stretch[] = [];

  /** What `reserve` has answered is a place in this; another one after every `reserve`. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** Makes room for so many bytes to this socket, behind those of before. The caller writes all of them, at once, into `buffer` from the offset that is answered. */
  reserve(socket: Socket, size: number): number {
    if (this.#end + size > this.#buffer.length) this.#makeRoom(size);
    if (this.#stretches.length === 0) process.nextTick(this.#flush);
    const at = this.#end;
    this.#end += size;
    const last = this.#stretches.at(-1);
    if (last?.socket === socket) last.to = this.#end;
    else this.#stretches.push({ socket, from: at, to: this.#end });
    return at;
  }

  /** Copies a message to a place that was reserved. */
  put(message: TextOrBytes, at: number): void {
    if (message.bytes === undefined) this.#buffer.write(message.text, at);
    else message.bytes.copy(this.#buffer, at);
  }

  #makeRoom(size: number): void {
    this.#flush();
    if (size > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(size);
  }

  readonly #flush = (): void => {
    const stretches = this.#stretches;
    if (stretches.length === 0) return;
    this.#stretches = [];
    this.#end = 0;
    let waits = false;
    for (const { socket, from, to } of stretches) {
      // Whoever owns the socket has been, or will be, told that it is gone.
      if (!socket.writable) continue;
      socket.write(this.#buffer.subarray(from, to));
      waits ||= socket.writableLength > 0;
    }
    // What the system has not taken yet is still read from the buffer.
    if (waits || this.#buffer.length > USUAL_BYTES) this.#buffer = Buffer.allocUnsafeSlow(USUAL_BYTES);
  };
}

/** The one of this process. */
export const turnWriter = new TurnWriter();
