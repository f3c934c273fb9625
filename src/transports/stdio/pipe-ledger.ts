/** Counts what crosses the two pipes of a server, at whichever end it is kept. To Node a pipe is a socket, and counts its bytes. */
import type { Socket } from 'node:net';
import { type Bytes, bytes } from '../../units.ts';
import type { OwnPipes, SocketReport, WireCounts } from '../contract.ts';

export class PipeLedger {
  messagesUp = 0;
  messagesDown = 0;
  readonly #side: 'client' | 'server';
  readonly #pid: number;
  readonly #pipes: OwnPipes;

  constructor(side: 'client' | 'server', pid: number, { stdin, stdout }: OwnPipes) {
    this.#side = side;
    this.#pid = pid;
    this.#pipes = { stdin, stdout };
  }

  wire(): WireCounts {
    const { stdin, stdout } = this.#pipes;
    return this.#side === 'client'
      ? { upBytes: stdin.bytesWritten as Bytes, downBytes: stdout.bytesRead as Bytes }
      : { upBytes: stdin.bytesRead as Bytes, downBytes: stdout.bytesWritten as Bytes };
  }

  /** One report for each pipe: one carries what goes up, the other what comes down. */
  reports(): readonly SocketReport[] {
    const { upBytes, downBytes } = this.wire();
    const none = bytes(0);
    return [
      { ...this.#report(this.#pid, this.#pipes.stdin), upBytes, downBytes: none, messagesUp: this.messagesUp },
      { ...this.#report(-this.#pid, this.#pipes.stdout), upBytes: none, downBytes, messagesDown: this.messagesDown },
    ];
  }

  #report(clientPort: number, pipe: Socket): Omit<SocketReport, 'upBytes' | 'downBytes'> {
    return { clientPort, open: !pipe.destroyed, messagesUp: 0, messagesDown: 0, noDelay: undefined };
  }
}
