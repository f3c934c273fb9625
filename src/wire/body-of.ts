/** A message as the body of a request. */
import type { HttpRequest } from './http.ts';

/** As bytes where there are some: a text is made of them only for whoever asks. */
export function bodyOf(message: {
  readonly text: string;
  readonly bytes?: Buffer | undefined;
}): Pick<HttpRequest, 'body' | 'bodyBytes'> {
  const { bytes } = message;
  return bytes === undefined ? { body: message.text } : { bodyBytes: bytes };
}
