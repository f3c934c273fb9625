/** JSON-RPC 2.0 as MCP uses it: requests with integer ids, notifications, answers; no batches (removed from MCP in 2025-06-18). */
import { bytes } from '../units.ts';
import type { EncodedMessage } from './contract.ts';

export type JsonObject = { readonly [key: string]: unknown };

export type RequestId = number | string;

/** The codes that both ends use ([spec] JSON-RPC 2.0, section 5.1; the last two: MCP 2026-07-28, error codes). */
export const RPC_ERRORS = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  headerMismatch: -32020,
  unsupportedProtocolVersion: -32022,
} as const;

export type Incoming =
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'result'; readonly id: RequestId; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly id: RequestId | null; readonly code: number; readonly message: string }
  /** JSON, but not JSON-RPC. */
  | { readonly kind: 'invalid'; readonly why: string }
  | { readonly kind: 'not-json' };

export function encodeRequest(id: RequestId, method: string, params: JsonObject | undefined): EncodedMessage {
  return encode({ jsonrpc: '2.0', id, method, params }, { id, method, name: nameIn(params) });
}

export function encodeNotification(method: string, params: JsonObject | undefined): EncodedMessage {
  return encode({ jsonrpc: '2.0', method, params }, { method, name: nameIn(params) });
}

export function encodeResult(id: RequestId, result: JsonObject): EncodedMessage {
  return encode({ jsonrpc: '2.0', id, result }, { id });
}

export function encodeError(id: RequestId | null, code: number, message: string, data?: JsonObject): EncodedMessage {
  return encode({ jsonrpc: '2.0', id, error: { code, message, data } }, { id: id ?? undefined, errorCode: code });
}

/** A text as it is, valid or not: what a misbehaving server would send. */
export function encodeRaw(text: string): EncodedMessage {
  return encodedText(text, {});
}

const encode = (message: JsonObject, head: EncodedHead): EncodedMessage => encodedText(JSON.stringify(message), head);

interface EncodedHead {
  readonly id?: RequestId | undefined;
  readonly method?: string;
  readonly name?: string | undefined;
  readonly errorCode?: number;
}

/** One shape for every message, whatever it lacks. */
const encodedText = (text: string, { id, method, name, errorCode }: EncodedHead): EncodedMessage => ({
  text,
  size: bytes(Buffer.byteLength(text)),
  id,
  method,
  name,
  errorCode,
});

/** A tool's name or a resource's URI, where params have one. */
export function nameIn(params: JsonObject | undefined): string | undefined {
  const name = params?.['name'] ?? params?.['uri'];
  return typeof name === 'string' ? name : undefined;
}

/** Reads one text. Never throws: what cannot be read is a kind of message too. */
export function decode(text: string): Incoming {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'not-json' };
  }
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return { kind: 'invalid', why: 'not a JSON-RPC 2.0 object' };
  return typeof value['method'] === 'string' ? decodeCall(value, value['method']) : decodeAnswer(value);
}

function decodeCall(value: JsonObject, method: string): Incoming {
  const params = value['params'] ?? {};
  if (!isObject(params)) return { kind: 'invalid', why: 'params is not an object' };
  const id = value['id'];
  if (id === undefined) return { kind: 'notification', method, params };
  return isRequestId(id)
    ? { kind: 'request', id, method, params }
    : { kind: 'invalid', why: 'id is neither a string nor an integer' };
}

function decodeAnswer(value: JsonObject): Incoming {
  const { id, result, error } = value as { id?: unknown; result?: unknown; error?: unknown };
  if (result !== undefined && error !== undefined) return { kind: 'invalid', why: 'both a result and an error' };
  if (isObject(result) && isRequestId(id)) return { kind: 'result', id, result };
  if (isObject(error) && typeof error['code'] === 'number') {
    const message = typeof error['message'] === 'string' ? error['message'] : '';
    return { kind: 'error', id: isRequestId(id) ? id : null, code: error['code'], message };
  }
  return { kind: 'invalid', why: 'neither a request, a notification, nor an answer' };
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRequestId = (value: unknown): value is RequestId => typeof value === 'string' || Number.isInteger(value);
