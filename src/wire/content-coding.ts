/**
 * Content codings ([RFC 9110] 8.4.1) of bodies that come piece by piece: every piece goes out as it comes, so that whoever
 * reads along has all of it, at the price of a few bytes each time.
 */
import {
  type BrotliCompress,
  type BrotliDecompress,
  type Gunzip,
  type Gzip,
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createGunzip,
  createGzip,
} from 'node:zlib';
import type { Compression } from '../scenario/variant.ts';
import type { ServerRequest } from './http.ts';

export type Coding = 'gzip' | 'br';

/**
 * Brotli's own default of 11 is for files that are compressed once. 4 is what servers use on the fly; gzip stays at its
 * default of 6, as they leave it too.
 */
const BROTLI_QUALITY = 4;

/** The coding that a variant asks for; `undefined` for one that asks for none, or for something else than a coding. */
export const codingOf = (compression: Compression): Coding | undefined =>
  compression === 'gzip' || compression === 'br' ? compression : undefined;

/** Whether the client takes this coding: [RFC 9110] 12.5.3. A wildcard is not taken for a wish. */
export function accepts(request: ServerRequest, coding: Coding): boolean {
  const accepted = (request.headers['accept-encoding'] ?? '').split(',');
  return accepted.some((item) => {
    const [name = '', weight = 'q=1'] = item.split(';').map((part) => part.trim().toLowerCase());
    return name === coding && !/^q=0(\.0*)?$/.test(weight);
  });
}

export const encoder = (coding: Coding): Gzip | BrotliCompress =>
  coding === 'gzip'
    ? createGzip({ flush: constants.Z_SYNC_FLUSH })
    : createBrotliCompress({
        flush: constants.BROTLI_OPERATION_FLUSH,
        params: {
          [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        },
      });

/** `undefined` for a coding that nobody asked for and nobody knows: the body is left as it is, and whoever reads it will say so. */
export function decoder(coding: string): Gunzip | BrotliDecompress | undefined {
  if (coding === 'gzip' || coding === 'x-gzip') return createGunzip({ flush: constants.Z_SYNC_FLUSH });
  return coding === 'br' ? createBrotliDecompress() : undefined;
}
