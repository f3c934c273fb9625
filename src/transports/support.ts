/** What a transport speaks, written as a list, and the sentence for a variant that is not on it. */
import type {
  ClientStack,
  Compression,
  HttpVersion,
  ProtocolRevision,
  ReplyMode,
  Variant,
} from '../scenario/variant.ts';
import { sdkObstacle } from '../sdk/support.ts';
import type { Support } from './contract.ts';

/** The values of each axis that a transport speaks, in any combination. */
export interface Spoken {
  /** As sentences about it begin: `HTTP+SSE`. */
  readonly title: string;
  readonly protocols: readonly ProtocolRevision[];
  /** Why no other revision; a whole sentence without its full stop. */
  readonly noOtherProtocol?: string;
  /** What goes without saying, `1.1`, must be among them even where there is no HTTP at all. */
  readonly http: readonly HttpVersion[];
  readonly tls: boolean;
  readonly compression: readonly Compression[];
  readonly clients: readonly ClientStack[];
  /** Empty where answers have one way only. */
  readonly replies: readonly ReplyMode[];
  /** Why no network can stand between its two ends, a whole sentence without its full stop; absent where sockets connect them. */
  readonly noNetwork?: string;
  /** Why something is not possible, where there is more to say than that it is not on the list, or why a combination is not; else `undefined`. */
  readonly except?: (variant: Variant) => string | undefined;
}

/** Whether the variant is among what is spoken; if not, the first reason. */
export function supportsOnly(spoken: Spoken, variant: Variant): Support {
  const reason =
    sdkReason(spoken, variant) ?? spoken.except?.(variant) ?? leanReason(variant) ?? obstacle(spoken, variant);
  return reason === undefined ? { supported: true } : { supported: false, reason };
}

/** Where the SDK drives, what it cannot do comes on top of what the transport cannot. */
const sdkReason = ({ clients }: Spoken, variant: Variant): string | undefined =>
  variant.client === 'sdk' && clients.includes('sdk') ? sdkObstacle(variant) : undefined;

/** What no lean client does, over any transport: what would need more than a socket and a parser. */
function leanReason({ client, http, tls, compression }: Variant): string | undefined {
  if (client !== 'lean') return undefined;
  if (tls) return 'the lean client has bare sockets, without TLS';
  if (http === '2') return 'the lean client does not speak HTTP/2';
  return compression === 'off' ? undefined : 'the lean client does not compress';
}

function obstacle(spoken: Spoken, variant: Variant): string | undefined {
  const { title } = spoken;
  if (variant.network !== 'lo' && spoken.noNetwork !== undefined) return spoken.noNetwork;
  if (!spoken.protocols.includes(variant.protocol))
    return spoken.noOtherProtocol ?? `${title} is not built for protocol ${variant.protocol}`;
  if (!spoken.clients.includes(variant.client)) return `client stack "${variant.client}" cannot drive ${title}`;
  if (!spoken.http.includes(variant.http)) return `${title} is not built over HTTP/${variant.http}`;
  if (variant.tls && !spoken.tls) return `${title} is not built with TLS`;
  if (!spoken.compression.includes(variant.compression))
    return `${title} has no compression "${variant.compression}": ${codings(spoken.compression)}`;
  return replyObstacle(spoken, variant.reply);
}

function codings(spoken: readonly Compression[]): string {
  const choices = spoken.filter((compression) => compression !== 'off');
  return choices.length === 0 ? 'its messages travel as they are' : `it has ${choices.join(' and ')}`;
}

function replyObstacle({ title, replies }: Spoken, reply: ReplyMode | null): string | undefined {
  if (reply === null)
    return replies.length === 0 ? undefined : `${title} answers as ${replies.join(' or as ')}, which has to be said`;
  if (replies.length === 0)
    return `${title} has one way only to answer a request, so "${reply}" replies cannot be chosen`;
  return replies.includes(reply) ? undefined : `${title} has no "${reply}" replies`;
}
