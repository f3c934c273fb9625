/**
 * How an arm is written, on the command line and in a record: the transport, then what differs from what goes without
 * saying. `websocket`, `streamable-http@2026-07-28+json`, `sse+h2+tls`.
 */
import { didYouMean } from './nearest.ts';
import { PROTOCOL_REVISIONS, type ProtocolRevision, type Variant, defaultVariant } from './variant.ts';
import { quote } from './wording.ts';

/** What may stand after a `+`. */
const OPTIONS: Readonly<Record<string, Partial<Variant>>> = {
  sse: { reply: 'sse' },
  json: { reply: 'json' },
  h2: { http: '2' },
  tls: { tls: true },
  deflate: { compression: 'deflate' },
  gzip: { compression: 'gzip' },
  br: { compression: 'br' },
  lean: { client: 'lean' },
  sdk: { client: 'sdk' },
};

/** What a word says: the transport, and the axes it sets. */
export interface ArmWord {
  readonly transport: string;
  readonly axes: Partial<Variant>;
}

export type ReadArmWord = { readonly ok: true; readonly word: ArmWord } | { readonly ok: false; readonly why: string };

/** Reads one word; `why` says what was found and what was expected. */
export function readArmWord(text: string, transports: readonly string[]): ReadArmWord {
  const [head = '', ...options] = text.split('+');
  const [transport = '', revision, ...rest] = head.split('@');
  if (!transports.includes(transport)) return unknown('transport', transport, transports);
  if (rest.length > 0) return { ok: false, why: `got ${quote(text)}, expected one revision after one @` };
  const protocol = PROTOCOL_REVISIONS.find((known) => known === revision);
  if (revision !== undefined && protocol === undefined) return unknown('revision', revision, PROTOCOL_REVISIONS);
  const wrong = options.find((option) => OPTIONS[option] === undefined);
  if (wrong !== undefined) return unknown('option', wrong, Object.keys(OPTIONS));
  return { ok: true, word: { transport, axes: axesOf(protocol, options) } };
}

function unknown(what: string, found: string, words: readonly string[]): ReadArmWord {
  return {
    ok: false,
    why: `got ${what} ${quote(found)}, expected one of ${words.join(', ')}${didYouMean(found, words)}`,
  };
}

const axesOf = (protocol: ProtocolRevision | undefined, options: readonly string[]): Partial<Variant> =>
  Object.assign({}, protocol === undefined ? {} : { protocol }, ...options.map((option) => OPTIONS[option]));

/** The word for a variant: what is the default of its transport is left out. */
export function armWord(variant: Variant): string {
  const usual = defaultVariant(variant.transport, variant.reply === null ? null : 'sse');
  const revision = variant.protocol === usual.protocol ? '' : `@${variant.protocol}`;
  const options = [
    variant.reply !== null && variant.reply !== usual.reply ? `+${variant.reply}` : '',
    variant.http === '2' ? '+h2' : '',
    variant.tls ? '+tls' : '',
    variant.compression === 'off' ? '' : `+${variant.compression}`,
    variant.client === 'stock' ? '' : `+${variant.client}`,
  ];
  return `${variant.transport}${revision}${options.join('')}`;
}

/** The same for people, with the transport's own title: `Streamable HTTP 2026-07-28, JSON replies, HTTP/2`. */
export function variantTitle(variant: Variant, transportTitle: string): string {
  const usual = defaultVariant(variant.transport);
  const parts = [
    variant.reply === 'json' ? 'JSON replies' : '',
    variant.http === '2' ? 'HTTP/2' : '',
    variant.tls ? 'TLS' : '',
    variant.compression === 'off' ? '' : variant.compression,
    variant.client === 'stock' ? '' : `${variant.client} client`,
  ].filter((part) => part !== '');
  const revision = variant.protocol === usual.protocol ? '' : ` ${variant.protocol}`;
  return [`${transportTitle}${revision}`, ...parts].join(', ');
}
