/** Where a target is, and whether somebody listens there. */
import { lookup } from 'node:dns/promises';
import { type Socket, connect } from 'node:net';

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

/** Whether a connection is accepted now. */
export function listens(url: URL, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ host: hostOf(url), port: portOf(url) });
    const tell = (accepted: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(accepted);
    };
    const timer = setTimeout(() => tell(false), limitMs);
    socket.on('connect', () => tell(true)).on('error', () => tell(false));
  });
}

/** Resolves with whether somebody listened within the time; at once with `false` when `gone` says that nobody will. */
export async function untilListening(url: URL, limitMs: number, gone: Promise<unknown>): Promise<boolean> {
  let over = false;
  const timer = setTimeout(() => {
    over = true;
  }, limitMs);
  void gone.then(() => {
    over = true;
  });
  try {
    // The state is changed by the timer and by the process.
    while (!isOver()) {
      if (await listens(url, limitMs)) return !isOver();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return false;
  } finally {
    clearTimeout(timer);
  }

  function isOver(): boolean {
    return over;
  }
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 };

const portOf = ({ port, protocol }: URL): number => (port === '' ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port));

/** Without the brackets of an IPv6 address. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
