/** Somebody else's server, as it was given on the command line. What is secret in it stays beside the plan: it goes to the server and to the driver, and nowhere else. */
import type { ProtocolRevision } from '../scenario/variant.ts';
import { escapeUnprintable } from '../scenario/wording.ts';

/** One server to measure. At least one of `url` and `argv` is there. */
export interface TargetSpec {
  /** Fit to print, unique in a run. */
  readonly name: string;
  /** With its query, without its user info; `undefined` for a server that every client starts for itself (stdio). */
  readonly url: string | undefined;
  /** Program and arguments; `undefined` for a server that runs already. */
  readonly argv: readonly string[] | undefined;
  /** Where the command works, absolute; absent: where this process does. */
  readonly cwd?: string | undefined;
  /** Go to the server with every HTTP request; `authorization` may stem from the URL's user info. */
  readonly headers: Readonly<Record<string, string>>;
  /** The transport's folder, where it was named and is not to be detected. */
  readonly transport: string | undefined;
  /** The revision, where it was named and is not to be negotiated. */
  readonly protocol: ProtocolRevision | undefined;
}

/** A target cannot be measured. Its message is one line, fit to print, and names the target. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}

/** Shorter texts are no secrets; replacing them would only garble what is said. */
const SHORTEST_SECRET = 6;

/** Everything about a target that a server could echo and that must not be shown: header values, parts of the query, arguments of the command. */
export function secretsOf({ url, argv, headers }: TargetSpec): readonly string[] {
  const query = url === undefined ? [] : [...new URL(url).searchParams.values(), new URL(url).search.slice(1)];
  const values = Object.values(headers).flatMap((value) => [value, ...value.split(/\s+/)]);
  const basic = Object.values(headers).flatMap((value) => plainBasic(value));
  const words = (argv ?? []).slice(1).flatMap((word) => [word, word.slice(word.indexOf('=') + 1)]);
  return [...new Set([...values, ...basic, ...query, ...words])]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length);
}

const afterFirstColon = (pair: string): string => pair.slice(pair.indexOf(':') + 1);

/** The password of a `Basic` credential. */
function plainBasic(value: string): string[] {
  const encoded = /^Basic (\S+)$/i.exec(value)?.[1];
  return encoded === undefined ? [] : [afterFirstColon(Buffer.from(encoded, 'base64').toString('utf8'))];
}

const HIDDEN = '[hidden]';
/** A piece of a secret shorter than this says nothing. */
const SHORTEST_PIECE = 8;

/** The text without the secrets: as they are, as quoting and escaping write them, and where the text was cut within one of them. */
export const redact = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((rest, secret) => {
    const written = waysToWrite(secret);
    return written.reduce(
      hidePieces,
      written.reduce((hidden, one) => hidden.replaceAll(one, HIDDEN), rest),
    );
  }, text);

/** Whether a value out of JSON has a secret, or a piece of one, anywhere in it: in a text, in a key, as a number. */
export function holdsSecret(value: unknown, secrets: readonly string[]): boolean {
  const text = JSON.stringify(value);
  return redact(text, secrets) !== text;
}

/** Texts are escaped before they are shown, and often quoted before that. */
function waysToWrite(secret: string): readonly string[] {
  const quoted = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, quoted, escapeUnprintable(secret), escapeUnprintable(quoted)])];
}

/** Hides the longest beginning of a secret that is left: wherever the text was cut, whatever was said after it. A path's is no secret. */
function hidePieces(text: string, secret: string): string {
  if (/^[./-]/.test(secret)) return text;
  for (let length = secret.length - 1; length >= SHORTEST_PIECE; length -= 1) {
    const piece = secret.slice(0, length);
    if (text.includes(piece)) return text.replaceAll(piece, HIDDEN);
  }
  return text;
}

/** A URL as it may be shown: no user info, no query, no fragment. */
export function shownUrl(url: string | URL): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
