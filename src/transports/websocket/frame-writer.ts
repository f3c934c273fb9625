/** Frames of a client ([RFC 6455] 5.2, 5.3): each masked with a key that nobody can foresee, written where all of a turn's messages are. */
import { randomFillSync } from 'node:crypto';
import type { Socket } from 'node:net';
import type { EncodedMessage } from '../../mcp/contract.ts';
import { turnWriter } from '../../wire/lean/turn-writer.ts';

const FIN = 0x80;
const MASKED = 0x80;
const TEXT = 0x1;
const CLOSE = 0x8;
const PONG = 0xa;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const KEY_BYTES = 4;

/** Keys are drawn many at a time. */
const keys = Buffer.alloc(KEY_BYTES * 2_048);
let nextKey = keys.length;

export function writeText(socket: Socket, message: EncodedMessage): void {
  const at = begin(socket, TEXT, message.size);
  turnWriter.put(message, at);
  mask(turnWriter.buffer, at, message.size);
}

export const writePong = (socket: Socket, payload: Buffer): void => writeControl(socket, PONG, payload);

/** Without a code it is empty. The reason has room beside the code in a control frame: up to 123 bytes. */
export function writeClose(socket: Socket, code: number | undefined, reason = ''): void {
  if (code === undefined) {
    writeControl(socket, CLOSE, Buffer.alloc(0));
    return;
  }
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  writeControl(socket, CLOSE, payload);
}

function writeControl(socket: Socket, opcode: number, payload: Buffer): void {
  const at = begin(socket, opcode, payload.length);
  payload.copy(turnWriter.buffer, at);
  mask(turnWriter.buffer, at, payload.length);
}

/** Writes the header of a frame of so many bytes; answers where they go, behind its key. */
function begin(socket: Socket, opcode: number, size: number): number {
  const lengthBytes = size < LENGTH_16 ? 0 : size < 65_536 ? 2 : 8;
  const at = turnWriter.reserve(socket, 2 + lengthBytes + KEY_BYTES + size);
  const { buffer } = turnWriter;
  buffer[at] = FIN | opcode;
  if (lengthBytes === 0) buffer[at + 1] = MASKED | size;
  else if (lengthBytes === 2) {
    buffer[at + 1] = MASKED | LENGTH_16;
    buffer[at + 2] = size >>> 8;
    buffer[at + 3] = size & 0xff;
  } else {
    buffer[at + 1] = MASKED | LENGTH_64;
    buffer.writeUInt32BE(0, at + 2);
    buffer.writeUInt32BE(size, at + 6);
  }
  const keyAt = at + 2 + lengthBytes;
  if (nextKey === keys.length) {
    randomFillSync(keys);
    nextKey = 0;
  }
  keys.copy(buffer, keyAt, nextKey, nextKey + KEY_BYTES);
  nextKey += KEY_BYTES;
  return keyAt + KEY_BYTES;
}

/** With the key that stands before it. */
function mask(buffer: Buffer, from: number, size: number): void {
  const [a = 0, b = 0, c = 0, d = 0] = [buffer[from - 4], buffer[from - 3], buffer[from - 2], buffer[from - 1]];
  const end = from + size;
  let at = from;
  for (; at + 3 < end; at += KEY_BYTES) {
    buffer[at] = (buffer[at] ?? 0) ^ a;
    buffer[at + 1] = (buffer[at + 1] ?? 0) ^ b;
    buffer[at + 2] = (buffer[at + 2] ?? 0) ^ c;
    buffer[at + 3] = (buffer[at + 3] ?? 0) ^ d;
  }
  if (at < end) buffer[at] = (buffer[at] ?? 0) ^ a;
  if (at + 1 < end) buffer[at + 1] = (buffer[at + 1] ?? 0) ^ b;
  if (at + 2 < end) buffer[at + 2] = (buffer[at + 2] ?? 0) ^ c;
}
