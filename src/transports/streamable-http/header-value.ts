/** [spec] 2026-07-28, Streamable HTTP, value encoding: names and URIs as header values, in Base64 where they are not safe as they are. */

const PREFIX = '=?base64?';
const SUFFIX = '?=';

/** Visible ASCII, spaces and tabs within, and nothing that would be read as encoded. */
const SAFE = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;

export function toHeaderValue(value: string): string {
  const safe = SAFE.test(value) && !(value.startsWith(PREFIX) && value.endsWith(SUFFIX));
  return safe ? value : `${PREFIX}${Buffer.from(value, 'utf8').toString('base64')}${SUFFIX}`;
}

/** The value that was meant; `undefined` when it says that it is encoded and is not. */
export function fromHeaderValue(value: string): string | undefined {
  if (!value.startsWith(PREFIX) || !value.endsWith(SUFFIX)) return value;
  const encoded = value.slice(PREFIX.length, -SUFFIX.length);
  const decoded = Buffer.from(encoded, 'base64');
  return decoded.toString('base64') === encoded ? decoded.toString('utf8') : undefined;
}
