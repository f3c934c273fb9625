/** [spec] 2025-03-26 … 2025-11-25, Streamable HTTP: sessions that `initialize` begins and DELETE ends, over POST and GET. */
import { HANDSHAKE_REVISIONS } from '../../mcp/revisions.ts';
import type { ServerReply, ServerRequest } from '../../wire/http.ts';
import { type StreamPolicy, streamPolicyOf } from '../../wire/event-stream.ts';
import type { EndpointOptions } from '../contract.ts';
import { type Generation, type Traffic, accepts, field, readMessage, refuse } from './endpoint.replies.ts';
import { type Arrival, Session } from './endpoint.session.ts';
import { readEventId, USUAL_RECOVERY } from './endpoint.streams.ts';

export class SessionGeneration implements Generation {
  readonly methods = ['POST', 'GET', 'DELETE'];
  readonly #options: EndpointOptions;
  readonly #policy: StreamPolicy;
  readonly #traffic: Traffic;
  readonly #sessions = new Map<string, Session>();

  constructor(options: EndpointOptions, traffic: Traffic) {
    this.#options = options;
    this.#policy = streamPolicyOf(options);
    this.#traffic = traffic;
  }

  take(request: ServerRequest, reply: ServerReply): void {
    if (request.method === 'POST') this.#post(request, reply);
    else if (request.method === 'GET') this.#get(request, reply);
    else this.#withSession(request, reply, (session) => this.#delete(session, reply));
  }

  close(): Promise<void> {
    for (const session of this.#sessions.values()) session.conclude();
    this.#sessions.clear();
    return Promise.resolve();
  }

  #post(request: ServerRequest, reply: ServerReply): void {
    readMessage(request, reply, this.#options.maxMessageBytes, (text) => {
      const entry = this.#traffic.entry(request);
      entry.messagesUp += 1;
      const arrival: Arrival = { request, reply, entry, ...this.#policy };
      if (field(request, 'mcp-session-id') === undefined) this.#begin(arrival, text);
      else
        this.#withSession(request, reply, (session) => {
          this.#traffic.message(request);
          session.receive(arrival, text);
        });
    });
  }

  /** [spec] without a session's id there is one thing to say: `initialize`. */
  #begin(arrival: Arrival, text: string): void {
    const { server, variant, recovery = USUAL_RECOVERY } = this.#options;
    const options = { asEvents: variant.reply !== 'json', recovery };
    const session = new Session(server, options, () => this.#sessions.delete(session.id));
    if (!session.begin(arrival, text)) return;
    this.#sessions.set(session.id, session);
    this.#traffic.opened(arrival.request);
    this.#traffic.message(arrival.request);
  }

  #get(request: ServerRequest, reply: ServerReply): void {
    if (!accepts(field(request, 'accept') ?? '', 'text/event-stream')) {
      refuse(reply, 406, 'the client must accept text/event-stream');
      return;
    }
    this.#withSession(request, reply, (session) => {
      const arrival = { request, reply, entry: this.#traffic.entry(request), ...this.#policy };
      const last = field(request, 'last-event-id');
      if (last === undefined) session.listen(arrival);
      else session.resume(arrival, readEventId(last));
    });
  }

  #delete(session: Session, reply: ServerReply): void {
    session.end();
    reply.writeHead(204, {});
    reply.end();
  }

  #withSession(request: ServerRequest, reply: ServerReply, then: (session: Session) => void): void {
    const id = field(request, 'mcp-session-id');
    const session = id === undefined ? undefined : this.#sessions.get(id);
    const version = field(request, 'mcp-protocol-version');
    if (id === undefined) refuse(reply, 400, 'Mcp-Session-Id is missing');
    else if (session === undefined) refuse(reply, 404, 'no such session');
    // [spec] a client that says no revision is one of before 2025-06-18, or relies on what was negotiated.
    else if (version !== undefined && version !== session.revision)
      refuse(reply, 400, `MCP-Protocol-Version is not the one negotiated, of ${HANDSHAKE_REVISIONS.join(', ')}`);
    else then(session);
  }
}
