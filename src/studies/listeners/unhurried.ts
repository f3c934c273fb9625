/**
 * A client that is in no hurry, as one is that awaits the answer to every POST before the next, and as the official SDK's is:
 * it takes one socket for all of them. Sent one right after the other, each would open a further one.
 */
import type { MessageSink } from '../../mcp/contract.ts';
import { type Clock, until } from '../../measure/clock.ts';
import { type Nanoseconds, milliseconds, nanoseconds, plus } from '../../units.ts';

/** Before each message: many times what the 202 to the one before takes. */
const PAUSE_NS = milliseconds(20);

export function unhurried(sink: MessageSink, clock: Clock): MessageSink {
  let freeNs = nanoseconds(0);
  const turn = (): Nanoseconds => {
    const now = clock.now();
    freeNs = plus(freeNs > now ? freeNs : now, PAUSE_NS);
    return freeNs;
  };
  return {
    send: (message) => void clock.at(turn(), () => sink.send(message)),
    cancel: (id, notice) => sink.cancel(id, notice),
    negotiated: (version) => sink.negotiated(version),
    listen: async () => {
      await until(clock, turn());
      await sink.listen?.();
    },
  };
}
