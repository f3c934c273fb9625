/**
 * A feed over `ws` and nothing else: `broadcast.js server <listeners> <events>` sends each event to all listeners, a second
 * after the last one, once all of them are there; `broadcast.js clients <listeners> <events> <port>` tells how long the last
 * receiver waited, of the slowest event. Instants are those of the machine's one monotonic clock.
 */
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

const [role, listeners, events, port] = process.argv.slice(2);
const COUNT = Number(listeners);
const AT_ONCE = 64;
const FILLER = 'x'.repeat(120);
const nowNs = (): bigint => process.hrtime.bigint();

function serve(): void {
  const sockets: WebSocket[] = [];
  const server: WebSocketServer = new WebSocketServer(
    { host: '127.0.0.1', port: 0, backlog: 511, perMessageDeflate: false },
    () => process.send?.({ port: (server.address() as AddressInfo).port }),
  );
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
    if (sockets.length === COUNT) setTimeout(() => publish(0), 2_000);
  });
  function publish(sequence: number): void {
    const text = JSON.stringify({ jsonrpc: '2.0', method: 'event', params: { at: String(nowNs()), text: FILLER } });
    for (const socket of sockets) socket.send(text);
    if (sequence + 1 < Number(events)) setTimeout(() => publish(sequence + 1), 1_000);
  }
}

async function listen(): Promise<void> {
  let received = 0;
  let lastNs = 0n;
  const take = (data: Buffer): void => {
    const { params } = JSON.parse(data.toString()) as { readonly params: { readonly at: string } };
    const waitedNs = nowNs() - BigInt(params.at);
    if (waitedNs > lastNs) lastNs = waitedNs;
    received += 1;
    if (received === COUNT * Number(events)) process.send?.({ lastMs: Number(lastNs) / 1e6 });
  };
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port ?? ''}`, { perMessageDeflate: false });
      socket.on('message', take);
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
  for (let opened = 0; opened < COUNT; opened += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, COUNT - opened) }, open));
}

process.on('disconnect', () => process.exit());
if (role === 'server') serve();
else await listen();
