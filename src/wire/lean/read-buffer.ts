/** One buffer that every lean socket of the process reads into: what is in it belongs to whoever is called, for as long as the call lasts. */
import type { OnReadOpts } from 'node:net';

/** As much as a socket is read at a time, as Node has it by itself. */
const READ_BYTES = 65_536;

/** Bytes 0 up to `length` of the buffer have come in. What is not taken out of it by then is written over. */
export type ReadBytes = (buffer: Buffer, length: number) => void;

const shared = Buffer.allocUnsafeSlow(READ_BYTES);

/**
 * For `net.connect`. One read is made and told at a time, on one thread, so that sockets can share a buffer: ten thousand
 * that wait have none of their own.
 */
export const readInto = (read: ReadBytes): OnReadOpts => ({
  buffer: shared,
  callback: (length) => {
    read(shared, length);
    return true;
  },
});
