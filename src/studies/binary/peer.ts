/** The server of the raw frames, in a process of its own: answers every text message with an image of the size that it names. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { serveCommands } from '../../child/serve.ts';
import { ProcessMeter, type ProcessReading, type ProcessUse } from '../../measure/process-meter.ts';
import { SocketLedger } from '../../wire/socket-ledger.ts';
import type { WireCounts } from '../../transports/contract.ts';
import { isFromHere } from '../../wire/loopback-only.ts';

export type RawPeerCommands = {
  /** Listens on loopback and answers where. */
  start: { body: { readonly imageBytes: number }; reply: { readonly address: string } };
  begin: { body: undefined; reply: undefined };
  read: { body: undefined; reply: { readonly wire: WireCounts; readonly process: ProcessUse } };
};

const ledger = new SocketLedger('server');
const meter = new ProcessMeter();
let edge: { readonly wire: WireCounts; readonly process: ProcessReading } | undefined;

serveCommands<RawPeerCommands>({
  start: ({ imageBytes }) =>
    new Promise((resolve, reject) => {
      const image = randomBytes(imageBytes);
      const server = new WebSocketServer({
        host: '127.0.0.1',
        port: 0,
        perMessageDeflate: false,
        verifyClient: ({ req }: { readonly req: IncomingMessage }) => isFromHere(req),
      });
      server.on('error', reject);
      server.on('listening', () => resolve({ address: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }));
      server.on('connection', (socket, request) => {
        request.socket.setNoDelay(true);
        ledger.add(request.socket);
        socket.on('message', () => socket.send(image, { binary: true }));
      });
    }),
  begin: () => {
    edge = { wire: ledger.wire(), process: meter.begin() };
    return undefined;
  },
  read: () => {
    if (edge === undefined) throw new Error('no window was begun');
    const wire = ledger.wire();
    const upBytes = wire.upBytes - edge.wire.upBytes;
    const downBytes = wire.downBytes - edge.wire.downBytes;
    return { wire: { upBytes, downBytes } as WireCounts, process: meter.since(edge.process) };
  },
});
