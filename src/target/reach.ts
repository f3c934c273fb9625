/** Where a target is, and whether somebody listens there. */
import { lookup } from 'node:dns/promises';
import { type Socket, connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/i;
const LOOK_EVERY_MS = 50;

/** Whether every address of the URL's host is this machine's loopback; `undefined` when the name has no address. */
export async function isLoopback(url: URL): Promise<boolean | undefined> {
  try {
    const addresses = await lookup(hostOf(url), { all: true });
    return addresses.length > 0 && addresses.every(({ address }) => LOOPBACK.test(address));
  } catch {
    return undefined;
  }
}

/** Whether a connection is accepted now; `false` as soon as the signal says that it does not matter any more. */
export function listens(url: URL, limitMs: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ host: hostOf(url), port: portOf(url) });
    const tell = (accepted: boolean): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', refuse);
      socket.destroy();
      resolve(accepted);
    };
    const refuse = (): void => tell(false);
    const timer = setTimeout(refuse, limitMs);
    signal?.addEventListener('abort', refuse);
    socket.on('connect', () => tell(true)).on('error', refuse);
  });
}

export interface Wait {
  readonly limitMs: number;
  /** Nobody will listen any more. */
  readonly gone: Promise<unknown>;
  /** Nobody needs to. */
  readonly signal: AbortSignal | undefined;
}

/** Resolves with whether somebody listened within the time; at once with `false` when that is of no use any more. */
export async function untilListening(url: URL, { limitMs, gone, signal: givenUp }: Wait): Promise<boolean> {
  const over = new AbortController();
  const signal = givenUp === undefined ? over.signal : AbortSignal.any([over.signal, givenUp]);
  const timer = setTimeout(() => over.abort(), limitMs);
  void gone.then(() => over.abort());
  try {
    while (!signal.aborted) {
      if (await listens(url, limitMs, signal)) return true;
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    return false;
  } finally {
    clearTimeout(timer);
  }
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 };

const portOf = ({ port, protocol }: URL): number => (port === '' ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port));

/** Without the brackets of an IPv6 address. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
