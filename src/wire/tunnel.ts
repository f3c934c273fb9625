/** Asks a forward proxy for a tunnel ([RFC 9110] 9.3.6), as the client that a `CONNECT` proxy is configured for. */
import type { Socket } from 'node:net';

/** A proxy that says more before it is done is none. */
const MAX_HEAD_BYTES = 16 * 1024;
const HEAD_ENDS = '\r\n\r\n';

/** Calls `done` once: without a problem, the socket is the tunnel. Not at all when the socket ends before; that its owner hears. */
export function askForTunnel(socket: Socket, origin: URL, done: (problem: string | undefined) => void): void {
  let head = Buffer.alloc(0);
  const onReadable = (): void => {
    head = Buffer.concat([head, (socket.read() as Buffer | null) ?? Buffer.alloc(0)]);
    const end = head.indexOf(HEAD_ENDS);
    if (end < 0 && head.length <= MAX_HEAD_BYTES) return;
    // Whoever takes the socket over reads on from here. It is neither paused nor flowing then, as a new one.
    socket.off('readable', onReadable);
    if (end >= 0 && head.length > end + HEAD_ENDS.length) socket.unshift(head.subarray(end + HEAD_ENDS.length));
    done(
      end < 0 ? 'the proxy answered CONNECT with something else than HTTP' : refusal(head.toString('latin1', 0, end)),
    );
  };
  socket.on('readable', onReadable);
  const authority = `${origin.hostname}:${origin.port === '' ? defaultPort(origin) : origin.port}`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
}

/** [RFC 9110] 9.3.6: any 2xx opens the tunnel. */
function refusal(head: string): string | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  if (status?.startsWith('2') === true) return undefined;
  return `the proxy answered CONNECT with ${status === undefined ? 'something else than HTTP' : `HTTP ${status}`}`;
}

const defaultPort = ({ protocol }: URL): string => (protocol === 'https:' || protocol === 'wss:' ? '443' : '80');
