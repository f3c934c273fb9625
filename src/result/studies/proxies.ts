/** What one step of the study `proxies` found: one arm through one hop. */
import { z } from 'zod';

const count = z.int().min(0);
const spanNs = z.number().min(0);

/** What became of a session after nothing was sent for longer than hops with a timeout wait. */
const survival = z.object({
  /** From publication to arrival of an event after the silence; `null` when it did not come. */
  eventNs: spanNs.nullable(),
  /** Whether a call after the silence was answered. */
  called: z.boolean(),
  /** Why the client gave the connection up, in its own words; `null` while it has not. */
  lost: z.string().nullable(),
  /** Sockets that the client had to open since the silence began. */
  newSockets: count,
});

export const data = z.object({
  /** Name and version of the program in the way; `null` for the tool's own. */
  program: z.string().nullable(),
  /** Lines of the hop's configuration that the bare default does not have, as they were used. */
  addedLines: z.array(z.string()),
  /** Connections, or tunnels, that the hop carried for the first session; `null` where the program does not tell. */
  carried: count.nullable(),
  open: z.object({
    /** From the first packet to a session that can be sent to and is subscribed; `null` when there was none. */
    tookNs: spanNs.nullable(),
    error: z.string().nullable(),
  }),
  calls: z.object({
    asked: count,
    /** Service times of calls over a direct connection, each a neighbour of the call of the same index through the hop. */
    directNs: z.array(spanNs),
    /** Those through the hop, as far as they were answered. */
    hopNs: z.array(spanNs),
    error: z.string().nullable(),
  }),
  /** What takes longer than this was held back: an event, or a call beyond a direct one. As the scenario had it. */
  boundNs: spanNs,
  events: z.object({
    published: count,
    /** From publication to arrival, in the order of publication; `null` for one that never came. Empty without a session. */
    delaysNs: z.array(spanNs.nullable()),
    /** Whether more had to be published, to push out what was held back. */
    pushed: z.boolean(),
  }),
  idle: z.object({
    /** For how long nothing was sent. */
    forNs: spanNs,
    /** Without heartbeats; `null` without a session. */
    silent: survival.nullable(),
    /** With heartbeats of the endpoint; `null` without a session. */
    beating: survival.nullable(),
  }),
});
