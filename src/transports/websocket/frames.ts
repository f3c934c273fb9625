import type { RawData } from 'ws';

/** The text of a frame. `ws` hands over one Buffer per message unless it is told otherwise. */
export const textOf = (data: RawData): string =>
  Buffer.isBuffer(data)
    ? data.toString('utf8')
    : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]).toString('utf8');
