/** Requests that stand by themselves: each names its revision, and nothing is remembered from one to the next but what is still open. */
import {
  completeResult,
  declaresCapabilities,
  listenResult,
  protocolVersionIn,
  subscriptionMeta,
  uncachedResult,
} from './envelope.ts';
import { type PublishedEvent, isTopicUri, markOf } from './events.ts';
import { type JsonObject, RPC_ERRORS, type RequestId, encodeNotification, encodeResult, isObject } from './jsonrpc.ts';
import { PER_REQUEST_REVISIONS } from './revisions.ts';
import { BenchSession, CAPABILITIES, RESOURCES } from './session.ts';
import { TOOLS } from './tools.ts';

export class PerRequestSession extends BenchSession {
  protected override complete(result: JsonObject): JsonObject {
    return completeResult(result);
  }

  protected override answer(id: RequestId, method: string, params: JsonObject): void {
    const version = protocolVersionIn(params);
    // [spec] versioning: a client of the handshake era may show its user nothing but this error.
    if (method === 'initialize' && version === undefined) this.#refuseVersion(id, params['protocolVersion']);
    else if (version === undefined) this.#refuseEnvelope(id, 'protocolVersion');
    else if (!PER_REQUEST_REVISIONS.includes(version)) this.#refuseVersion(id, version);
    else if (!declaresCapabilities(params)) this.#refuseEnvelope(id, 'clientCapabilities');
    else this.#answerWellFormed(id, method, params);
  }

  #refuseEnvelope(id: RequestId, field: string): void {
    const why = `params._meta lacks "io.modelcontextprotocol/${field}", or it is of the wrong type`;
    this.refuse(id, RPC_ERRORS.invalidParams, why);
  }

  #refuseVersion(id: RequestId, requested: unknown): void {
    const supported = PER_REQUEST_REVISIONS;
    this.refuse(
      id,
      RPC_ERRORS.unsupportedProtocolVersion,
      `Unsupported protocol version: this server speaks ${supported.join(', ')}, declared with every request`,
      { supported, requested: typeof requested === 'string' ? requested : '' },
    );
  }

  #answerWellFormed(id: RequestId, method: string, params: JsonObject): void {
    switch (method) {
      case 'tools/call':
        this.callTool(id, params);
        return;
      case 'server/discover':
        this.#sendUncached(id, { supportedVersions: PER_REQUEST_REVISIONS, capabilities: CAPABILITIES });
        return;
      case 'tools/list':
        this.#sendUncached(id, { tools: TOOLS });
        return;
      case 'resources/list':
        this.#sendUncached(id, { resources: RESOURCES });
        return;
      case 'resources/read':
        this.#read(id, params['uri']);
        return;
      case 'subscriptions/listen':
        this.#listen(id, params['notifications']);
        return;
      default:
        this.refuse(id, RPC_ERRORS.methodNotFound, `Method not found: ${method}`);
    }
  }

  #sendUncached(id: RequestId, result: JsonObject): void {
    this.send(encodeResult(id, uncachedResult(result)), id);
  }

  #read(id: RequestId, uri: unknown): void {
    if (typeof uri !== 'string' || !isTopicUri(uri)) this.decline(id, 'unknown resource');
    else this.#sendUncached(id, { contents: [{ uri, mimeType: 'text/plain', text: uri }] });
  }

  /** [spec] subscriptions: the acknowledgement, with what is honoured of the filter, comes before every event. */
  #listen(id: RequestId, filter: unknown): void {
    if (!isObject(filter)) {
      this.decline(id, 'params.notifications is not an object');
      return;
    }
    const asked = filter['resourceSubscriptions'];
    const uris = Array.isArray(asked) ? asked.filter(isTopic) : [];
    const notifications = Array.isArray(asked) ? { resourceSubscriptions: uris } : {};
    const acknowledgement = { _meta: subscriptionMeta(id), notifications };
    this.send(encodeNotification('notifications/subscriptions/acknowledged', acknowledgement), id);
    const mark = markOf(id);
    const subscriber = { take: (event: PublishedEvent): void => this.send(event.marked(mark), id) };
    for (const uri of uris) this.host.subscribers.add(uri, subscriber);
    this.hold(id, {
      release: () => this.host.subscribers.remove(uris, subscriber),
      farewell: encodeResult(id, listenResult(id)),
    });
  }
}

const isTopic = (uri: unknown): uri is string => typeof uri === 'string' && isTopicUri(uri);
