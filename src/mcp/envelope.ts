/** What every message of the per-request era carries beside its matter ([spec] 2026-07-28, basic: `_meta`). */
import { type JsonObject, type RequestId, isObject } from './jsonrpc.ts';

const PREFIX = 'io.modelcontextprotocol/';
const PROTOCOL_VERSION = `${PREFIX}protocolVersion`;
const CLIENT_CAPABILITIES = `${PREFIX}clientCapabilities`;
const CLIENT_INFO_KEY = `${PREFIX}clientInfo`;
const SERVER_INFO_KEY = `${PREFIX}serverInfo`;
const SUBSCRIPTION_ID = `${PREFIX}subscriptionId`;

export const CLIENT_INFO = { name: 'mcp-transport-bench', version: '1' };
export const SERVER_INFO = { name: 'mcp-transport-bench', version: '1' };

/** What a client writes into the `_meta` of every request. */
export const requestEnvelope = (protocolVersion: string): JsonObject => ({
  [PROTOCOL_VERSION]: protocolVersion,
  [CLIENT_INFO_KEY]: CLIENT_INFO,
  [CLIENT_CAPABILITIES]: {},
});

/** The revision that a request says it is made in; `undefined` where it says nothing readable. */
export function protocolVersionIn(params: JsonObject): string | undefined {
  const version = metaIn(params)?.[PROTOCOL_VERSION];
  return typeof version === 'string' ? version : undefined;
}

export const declaresCapabilities = (params: JsonObject): boolean => isObject(metaIn(params)?.[CLIENT_CAPABILITIES]);

const RESULT_META = { [SERVER_INFO_KEY]: SERVER_INFO };

/** A result as the per-request era has it: finished, and signed by the server. */
export const completeResult = (result: JsonObject): JsonObject => ({
  resultType: 'complete',
  ...result,
  _meta: RESULT_META,
});

/** [spec] Of a list, a resource or a discovery. Nothing of the bench's is worth a client's cache: a call that is made is measured. */
export const uncachedResult = (result: JsonObject): JsonObject =>
  completeResult({ ...result, ttlMs: 0, cacheScope: 'public' });

/** [spec] The answer to a `subscriptions/listen` that the server ends of its own accord. */
export const listenResult = (subscription: RequestId): JsonObject => ({
  resultType: 'complete',
  _meta: { ...RESULT_META, [SUBSCRIPTION_ID]: subscription },
});

/** Who the server says it is, in the answer to `initialize` or to `server/discover`. */
export const serverInfoIn = (opened: JsonObject): unknown => opened['serverInfo'] ?? metaIn(opened)?.[SERVER_INFO_KEY];

/** Marks a notification as one of a subscription's. */
export const subscriptionMeta = (subscription: RequestId): JsonObject => ({ [SUBSCRIPTION_ID]: subscription });

/** Which subscription a notification belongs to, if any. */
export function subscriptionIn(params: JsonObject): RequestId | undefined {
  const subscription = metaIn(params)?.[SUBSCRIPTION_ID];
  return typeof subscription === 'string' || typeof subscription === 'number' ? subscription : undefined;
}

function metaIn(params: JsonObject): JsonObject | undefined {
  const meta = params['_meta'];
  return isObject(meta) ? meta : undefined;
}

/** [spec] 2026-07-28, subscriptions: whether what the server agreed to holds this resource. */
export const honours = (filter: unknown, uri: string): boolean =>
  isObject(filter) && Array.isArray(filter['resourceSubscriptions']) && filter['resourceSubscriptions'].includes(uri);
