/**
 * The other end of the barest exchange there is: for so many bytes that come it sends so many others, over TCP or over its
 * own pipes. No JSON, no framing: what it takes is the machine's. `echo <tcp|pipe> <bytes up> <bytes down>`; over TCP it
 * first writes its port on a line.
 */
import { type AddressInfo, createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

const [way, up, down] = process.argv.slice(2);
const upBytes = Number(up);
const answer = Buffer.alloc(Number(down), 'x');

/** Counts, and answers as often as another message is whole. */
function answering(answerNow: () => void): (chunk: Buffer) => void {
  let received = 0;
  return (chunk) => {
    received += chunk.length;
    for (; received >= upBytes; received -= upBytes) answerNow();
  };
}

if (way === 'pipe') {
  process.stdin.on(
    'data',
    answering(() => process.stdout.write(answer)),
  );
} else {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on(
      'data',
      answering(() => socket.write(answer)),
    );
  });
  server.listen(0, LOOPBACK, () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
}
