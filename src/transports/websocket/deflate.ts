/** permessage-deflate ([RFC 7692]) as both ends have it when a variant asks for it. */
import type { PerMessageDeflateOptions } from 'ws';
import type { Variant } from '../../scenario/variant.ts';

/**
 * Every message is compressed, and each with what came before it in mind: context takeover both ways and the full window,
 * which is what a content coding over a whole event stream has by its nature, so that the two compare. Level and memory are
 * zlib's defaults, as for gzip.
 */
const DEFLATE: PerMessageDeflateOptions = {
  threshold: 0,
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

/** For `ws`, at either end. */
export const deflateOptions = ({ compression }: Variant): PerMessageDeflateOptions | false =>
  compression === 'deflate' ? DEFLATE : false;
