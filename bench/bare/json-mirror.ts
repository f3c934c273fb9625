/**
 * The least server of Streamable HTTP with JSON replies, on raw sockets: finds id and text of a call and sends them back.
 * Opens sessions as far as a client needs it. So that a driver is held against what it can and not against an endpoint.
 * Started as a process of its own; tells its port over IPC.
 */
import { type AddressInfo, createServer } from 'node:net';

const ACCEPTED = 'HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n';
const HEAD_END = '\r\n\r\n';
const LENGTH = 'content-length: ';
const TEXT = '"text":"';
/** As every request of the bench begins. */
const ID_AT = '{"jsonrpc":"2.0","id":'.length;

const respond = (body: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

function answerTo(body: string): string {
  const textAt = body.indexOf(TEXT);
  if (textAt > 0) {
    const id = body.slice(ID_AT, body.indexOf(',', ID_AT));
    const text = body.slice(textAt + TEXT.length, body.indexOf('"', textAt + TEXT.length));
    return respond(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"${text}"}]}}`);
  }
  const { id, params } = JSON.parse(body) as { id?: number; params?: { protocolVersion?: string } };
  if (id === undefined) return ACCEPTED;
  const result = {
    protocolVersion: params?.protocolVersion,
    capabilities: {},
    serverInfo: { name: 'mirror', version: '1' },
  };
  return respond(JSON.stringify({ jsonrpc: '2.0', id, result }));
}

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    const received = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    let out = '';
    for (;;) {
      const headEnd = received.indexOf(HEAD_END, at);
      if (headEnd < 0) break;
      const head = received.toString('latin1', at, headEnd).toLowerCase();
      const lengthAt = head.indexOf(LENGTH);
      const length = lengthAt < 0 ? 0 : Number.parseInt(head.slice(lengthAt + LENGTH.length), 10);
      const bodyAt = headEnd + HEAD_END.length;
      if (received.length < bodyAt + length) break;
      out += length === 0 ? ACCEPTED : answerTo(received.toString('latin1', bodyAt, bodyAt + length));
      at = bodyAt + length;
    }
    rest = received.subarray(at);
    if (out !== '') socket.write(out, 'latin1');
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
