/** The server's half: one client, one session, a line per message on the process's own standard streams. */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { encodeError, RPC_ERRORS } from '../../mcp/jsonrpc.ts';
import type { EncodedMessage } from '../../mcp/contract.ts';
import type { Endpoint, EndpointOptions } from '../contract.ts';
import { LineReader } from './lines.ts';
import { PipeLedger } from './pipe-ledger.ts';

/** While so many bytes wait for the client to read, nothing more is read from it: it gets no answers to what it has not asked. */
const STOP_READING_ABOVE_BYTES = 1024 * 1024;
/** A client that lets so many largest messages wait has stopped reading. What is published would pile up for good. */
const MOST_WAITING_MESSAGES = 16;
/** A client that does not read what it is told at the end is not waited for any longer. */
const GRACE_MS = 500;

export function startStdioEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { pipes, server, maxMessageBytes } = options;
  if (pipes === undefined)
    return Promise.reject(new Error('a stdio server needs the pipes of the client that started it'));
  const { stdin, stdout } = pipes;
  const ledger = new PipeLedger('server', process.pid, pipes);
  let over = false;
  const write = (message: EncodedMessage): void => {
    if (over) return;
    ledger.messagesDown += 1;
    // [spec] stdio: one message per line, and no newline within: JSON escapes them.
    stdout.write(`${message.text}\n`);
    if (stdout.writableLength > MOST_WAITING_MESSAGES * maxMessageBytes) cut();
    else if (stdout.writableLength > STOP_READING_ABOVE_BYTES) stdin.pause();
  };
  const session = server.openSession(write);
  const end = (): void => {
    if (over) return;
    over = true;
    lines.stop();
    session.end();
  };
  /** The client may still be there to be told. */
  const conclude = async (): Promise<void> => {
    if (!over) session.conclude();
    close();
    await Promise.race([once(stdout, 'close').catch(() => undefined), pause(GRACE_MS, undefined, { ref: false })]);
    cut();
  };
  const cut = (): void => {
    end();
    stdin.destroy();
    stdout.destroy();
  };
  /** [spec] stdio, shutdown: the server may begin it, by closing its output. What is in it still goes out. */
  const close = (): void => {
    end();
    stdin.destroy();
    stdout.end();
  };
  const lines = new LineReader(maxMessageBytes, {
    onLine: (buffer, start, end) => {
      ledger.messagesUp += 1;
      const reception = session.receive(buffer.toString('utf8', start, end));
      if (reception.understood) reception.proceed();
      else write(reception.problem);
    },
    onOverlong: () => {
      // The rest of the line would have to be read to find the next: the client is told, and that was it.
      write(
        encodeError(null, RPC_ERRORS.invalidRequest, `Invalid request: a message may have ${maxMessageBytes} bytes`),
      );
      close();
    },
  });
  stdin.on('data', (chunk: Buffer) => lines.push(chunk));
  stdout.on('drain', () => stdin.resume());
  stdin.once('end', close).once('close', close).on('error', cut);
  stdout.once('close', cut).on('error', cut);
  return Promise.resolve({
    address: `stdio:${process.pid}`,
    certificate: undefined,
    wire: () => ledger.wire(),
    sockets: () => ledger.reports(),
    seen: () => ({ httpVersion: undefined, messageHeaders: [] }),
    settings: () => ({
      keepAliveMs: undefined,
      maxMessageBytes,
      heartbeatMs: undefined,
      tls: false,
      http2Windows: undefined,
    }),
    close: conclude,
  });
}
