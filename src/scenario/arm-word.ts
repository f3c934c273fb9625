/**
 * How an arm is written, on the command line and in a record: the transport, then what differs from what goes without
 * saying. `websocket`, `streamable-http@2026-07-28+json`, `sse+h2+tls`, `websocket+wan`.
 */
import { didYouMean } from './nearest.ts';
import { NETWORK_PROFILES } from './network.ts';
import { PROTOCOL_REVISIONS, type ProtocolRevision, type ReplyMode, type Variant, defaultVariant } from './variant.ts';
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
  ...Object.fromEntries(NETWORK_PROFILES.map((network) => [network, { network }])),
};

/** The words that may stand after a `+`. */
export const ARM_OPTIONS: readonly string[] = Object.keys(OPTIONS);

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
  if (!transports.includes(transport)) return unknown('', transport, transports);
  if (rest.length > 0) return { ok: false, why: `got ${quote(text)}, expected one revision after one @` };
  const protocol = PROTOCOL_REVISIONS.find((known) => known === revision);
  if (revision !== undefined && protocol === undefined) return unknown('revision ', revision, PROTOCOL_REVISIONS);
  const wrong = options.find((option) => !Object.hasOwn(OPTIONS, option));
  if (wrong !== undefined) return unknown('option ', wrong, ARM_OPTIONS);
  const twice = saidTwice(options);
  if (twice !== undefined) return { ok: false, why: `got ${quote(text)}, expected one of ${twice.join(' and ')}` };
  return { ok: true, word: { transport, axes: axesOf(protocol, options) } };
}

/** Two options that set the same axis. */
function saidTwice(options: readonly string[]): readonly [string, string] | undefined {
  const axisOf = (option: string): string | undefined => Object.keys(OPTIONS[option] ?? {})[0];
  for (const [at, option] of options.entries()) {
    const earlier = options.slice(0, at).find((other) => axisOf(other) === axisOf(option));
    if (earlier !== undefined) return [earlier, option];
  }
  return undefined;
}

function unknown(what: string, found: string, words: readonly string[]): ReadArmWord {
  return {
    ok: false,
    why: `got ${what}${quote(found)}, expected one of ${words.join(', ')}${didYouMean(found, words)}`,
  };
}

const axesOf = (protocol: ProtocolRevision | undefined, options: readonly string[]): Partial<Variant> =>
  options.reduce<Partial<Variant>>(
    (axes, option) => ({ ...axes, ...OPTIONS[option] }),
    protocol === undefined ? {} : { protocol },
  );

/** The word for a variant of the tool's own servers: what goes without saying, the transport's usual reply among it, is left out. */
export function armWord(variant: Variant, usualReply: ReplyMode | null): string {
  const usual = defaultVariant(variant.transport, usualReply);
  const revision = variant.protocol === usual.protocol ? '' : `@${variant.protocol}`;
  const options = [
    variant.reply !== null && variant.reply !== usual.reply ? `+${variant.reply}` : '',
    variant.http === '2' ? '+h2' : '',
    variant.tls ? '+tls' : '',
    variant.compression === 'off' ? '' : `+${variant.compression}`,
    variant.client === 'stock' ? '' : `+${variant.client}`,
    // Which mechanism emulates it is the machine's affair and stands in the record.
    variant.network === 'lo' ? '' : `+${variant.network}`,
  ];
  return `${variant.transport}${revision}${options.join('')}`;
}

/** The same for people, with the transport's own title: `Streamable HTTP 2026-07-28 (JSON replies, HTTP/2)`. */
export function variantTitle(variant: Variant, transportTitle: string): string {
  const usual = defaultVariant(variant.transport);
  const parts = [
    variant.reply === 'json' ? 'JSON replies' : '',
    variant.http === '2' ? 'HTTP/2' : '',
    variant.tls ? 'TLS' : '',
    variant.compression === 'off' ? '' : variant.compression,
    variant.client === 'stock' ? '' : `${variant.client} client`,
    variant.network === 'lo' ? '' : networkPart(variant),
  ].filter((part) => part !== '');
  const revision = variant.protocol === usual.protocol ? '' : ` ${variant.protocol}`;
  // In brackets, because titles stand in lists.
  return `${transportTitle}${revision}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

/** `wan by relay`. */
const networkPart = ({ network, mechanism }: Variant): string =>
  mechanism === undefined ? network : `${network} by ${mechanism}`;
