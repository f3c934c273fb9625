/** A session of the revisions that begin with `initialize`: the server remembers what was said then. */
import { SERVER_INFO } from './envelope.ts';
import { type PublishedEvent, isTopicUri } from './events.ts';
import { type JsonObject, RPC_ERRORS, type RequestId, encodeResult } from './jsonrpc.ts';
import { negotiate } from './revisions.ts';
import { BenchSession, CAPABILITIES, RESOURCES } from './session.ts';
import type { Subscriber } from './subscribers.ts';
import { TOOLS } from './tools.ts';

export class HandshakeSession extends BenchSession implements Subscriber {
  #initialized = false;
  #subscribedTo: Set<string> | undefined;

  protected override complete(result: JsonObject): JsonObject {
    return result;
  }

  protected override answer(id: RequestId, method: string, params: JsonObject): void {
    if (method === 'initialize') this.#initialize(id, params);
    else if (method === 'ping') this.send(encodeResult(id, {}), id);
    else if (this.#initialized) this.#answerInitialized(id, method, params);
    else this.refuse(id, RPC_ERRORS.invalidRequest, 'the session is not initialized');
  }

  #answerInitialized(id: RequestId, method: string, params: JsonObject): void {
    switch (method) {
      case 'tools/call':
        this.callTool(id, params);
        return;
      case 'tools/list':
        this.send(encodeResult(id, { tools: TOOLS }), id);
        return;
      case 'resources/list':
        this.send(encodeResult(id, { resources: RESOURCES }), id);
        return;
      case 'resources/read':
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        this.#resource(id, method, params['uri']);
        return;
      default:
        this.refuse(id, RPC_ERRORS.methodNotFound, `Method not found: ${method}`);
    }
  }

  #initialize(id: RequestId, params: JsonObject): void {
    this.#initialized = true;
    const protocolVersion = negotiate(params['protocolVersion']);
    this.send(encodeResult(id, { protocolVersion, capabilities: CAPABILITIES, serverInfo: SERVER_INFO }), id);
  }

  #resource(id: RequestId, method: string, uri: unknown): void {
    if (typeof uri !== 'string' || !isTopicUri(uri)) this.refuse(id, RPC_ERRORS.invalidParams, 'unknown resource');
    else if (method === 'resources/read')
      this.send(encodeResult(id, { contents: [{ uri, mimeType: 'text/plain', text: uri }] }), id);
    else {
      if (method === 'resources/subscribe') this.#subscribe(uri);
      else this.#unsubscribe(uri);
      this.send(encodeResult(id, {}), id);
    }
  }

  #subscribe(uri: string): void {
    this.#subscribedTo ??= new Set();
    this.#subscribedTo.add(uri);
    this.host.subscribers.add(uri, this);
  }

  #unsubscribe(uri: string): void {
    this.#subscribedTo?.delete(uri);
    this.host.subscribers.remove([uri], this);
  }

  /** An event that it subscribed to. */
  take(event: PublishedEvent): void {
    this.send(event.plain, undefined);
  }

  override end(): void {
    this.host.subscribers.remove(this.#subscribedTo ?? [], this);
    super.end();
  }
}
