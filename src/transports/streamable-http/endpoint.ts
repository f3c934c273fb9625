/**
 * The Streamable HTTP endpoint: one path that speaks one of the transport's two generations, the one with sessions
 * ([spec] 2025-03-26 … 2025-11-25, transports) or the one in which every request stands by itself ([spec] 2026-07-28).
 */
import { eraOf } from '../../mcp/revisions.ts';
import type { HttpServer, ServerReply, ServerRequest } from '../../wire/http.ts';
import { listenHttp } from '../../wire/http-server.ts';
import { isFromHere } from '../../wire/loopback-only.ts';
import type { Endpoint, EndpointOptions } from '../contract.ts';
import { type Generation, type Traffic, refuse } from './endpoint.replies.ts';
import { SessionGeneration } from './endpoint.sessions.ts';
import { StatelessGeneration } from './endpoint.stateless.ts';

const PATH = '/mcp';

export async function startStreamableHttpEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const seen: Seen = { opening: undefined, message: undefined, http: undefined };
  const traffic: Traffic = {
    entry: (request) => seen.http?.entry(request) ?? { messagesUp: 0, messagesDown: 0 },
    opened: (request) => void (seen.opening = request),
    message: (request) => void (seen.message = request),
  };
  const generation: Generation =
    eraOf(options.variant.protocol) === 'handshake'
      ? new SessionGeneration(options, traffic)
      : new StatelessGeneration(options, traffic);
  const listening = await listenHttp({
    variant: options.variant,
    resumable: options.resumable,
    onRequest: (request, reply) => route(generation, request, reply),
  });
  seen.http = listening;
  return {
    address: `${listening.origin}${PATH}`,
    certificate: listening.certificate,
    wire: () => listening.wire(),
    sockets: () => listening.sockets(),
    seen: () => ({
      httpVersion: seen.opening?.httpVersion,
      messageHeaders: Object.keys(seen.message?.headers ?? {}).toSorted(),
    }),
    settings: () => ({
      ...listening.settings(),
      maxMessageBytes: options.maxMessageBytes,
      heartbeatMs: options.heartbeatMs, // None is needed on loopback, where nothing closes a silent stream.
    }),
    closeIdle: () => listening.closeIdle(),
    close: async () => {
      await generation.close();
      await listening.close();
    },
  };
}

interface Seen {
  opening: ServerRequest | undefined;
  message: ServerRequest | undefined;
  /** There before the first request is. */
  http: HttpServer | undefined;
}

function route(generation: Generation, request: ServerRequest, reply: ServerReply): void {
  const { method = '?', url = '' } = request;
  if (!isFromHere(request)) refuse(reply, 403, 'this endpoint answers its own machine only');
  else if (url !== PATH && !url.startsWith(`${PATH}?`)) refuse(reply, 404, 'no such path');
  else if (!generation.methods.includes(method))
    refuse(reply, 405, `${method} is not for ${PATH}`, { allow: generation.methods.join(', ') });
  else generation.take(request, reply);
}
