/** What one step of the study `multi-server` found. */
import { z } from 'zod';
import { distribution } from '../measurement-schema.ts';
import { bytes, ns, whole } from '../plan-schema.ts';

const memory = z.object({ before: bytes(), after: bytes() });

const streams = z.object({
  streams: whole().describe('Over all servers.'),
  sessions: whole(),
  socketsOpened: whole().describe('TCP handshakes of the client.'),
  tlsHandshakes: whole(),
  openSockets: z.array(whole()).describe('At each endpoint, when every stream is there.'),
  httpRequests: whole(),
  upBytes: bytes().describe('At the endpoints’ sockets, until every stream has had its first event.'),
  downBytes: bytes(),
  firstEventNs: z
    .array(ns())
    .describe(
      'Of each stream, in the order of opening, one after the other: from connecting (or subscribing) to its first event.',
    ),
  clientRssBytes: memory,
  endpointRssBytes: memory.describe('Sum over the endpoints.'),
  published: whole().describe('Events that were then sent to the streams, a few to each.'),
  delivered: whole().describe('That came, each on the stream that it was meant for.'),
});

const round = z.object({
  condition: z.enum(['alone', 'beside', 'apart']),
  callsNs: distribution.describe('From when a call was due to its answer.'),
  deliveryNs: distribution.describe('From sending an event to its arrival.'),
  due: whole(),
  failed: whole(),
  published: whole(),
  lost: whole(),
  hogResults: whole().describe('That the neighbour got in that time.'),
});

export const data = z.object({
  streams: streams.nullable().describe('Opening streams.'),
  rounds: z.array(round).nullable().describe('A quiet stream without a hog, beside one, and apart from one.'),
});
