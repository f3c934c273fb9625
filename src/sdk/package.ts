/** The official SDK's client, if it is installed next to the tool: an optional peer, loaded only where it is asked for. */
import { createRequire } from 'node:module';
import type * as client from '@modelcontextprotocol/client';

/** The module as it is loaded. */
export type Sdk = typeof client;
/** What the SDK calls a transport: it hands objects over, where ours hand texts over. */
export type SdkTransport = client.Transport;
export type SdkMessage = client.JSONRPCMessage;

export const SDK_PACKAGE = '@modelcontextprotocol/client';

/** Whether a module at this URL could load the SDK. Nothing is loaded. */
export function sdkIsInstalled(from: string = import.meta.url): boolean {
  try {
    createRequire(from).resolve(SDK_PACKAGE);
    return true;
  } catch {
    return false;
  }
}

/** Rejects where it is not installed. */
export const loadSdk = (): Promise<Sdk> => import('@modelcontextprotocol/client');
