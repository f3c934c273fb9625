/** What one step of the study `connection-limits` found. */
import { z } from 'zod';
import { ns, whole } from '../plan-schema.ts';

const ofClientOrServer = z.enum(['client', 'server']);

/** What kept the next one from opening. */
const limit = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('none') }).describe('All that were asked for opened.'),
    z
      .object({
        kind: z.literal('client'),
        how: z.enum(['waits', 'fails']),
        nextOpens: z
          .boolean()
          .nullable()
          .describe('Whether the one that waited opened as soon as another was closed; null where none waited.'),
      })
      .describe('The client did not send the next request: the server has not seen it.'),
    z
      .object({ kind: z.literal('server-setting'), allowed: whole() })
      .describe('The server allows no more streams on a connection.'),
    z
      .object({ kind: z.literal('descriptors'), of: ofClientOrServer, limit: whole().nullable() })
      .describe('A process may open no more files and sockets (RLIMIT_NOFILE).'),
    z
      .object({ kind: z.literal('memory'), budgetBytes: whole().nullable() })
      .describe('The budget was used up, or (null) the system gave no more.'),
    z.object({ kind: z.literal('ports') }).describe('No free port on the client’s side.'),
    z.object({ kind: z.literal('refused'), said: z.string() }).describe('Anything else, as it was said.'),
  ])
  .describe('What stopped it.');

const plain = z
  .object({
    passed: z.boolean(),
    elapsedNs: ns().describe('Until the answer’s head, or until it was given up.'),
  })
  .describe('An ordinary GET to the same origin while all of them were open.');

const inBrowser = z.object({
  client: z.literal('browser'),
  name: z.string().describe('As it says itself.'),
  version: z.string(),
  allowed: whole().nullable().describe('MAX_CONCURRENT_STREAMS of the server; null without HTTP/2.'),
});

const inNode = z.object({
  client: z.literal('node'),
  addresses: whole().describe('Loopback addresses that were opened from.'),
  portsPerAddress: whole()
    .nullable()
    .describe('Of the system’s range for outgoing connections; null where it does not say.'),
  clientDescriptors: whole().nullable().describe('The soft RLIMIT_NOFILE of the process.'),
  serverDescriptors: whole().nullable().describe('Likewise.'),
  clientRssBytes: whole().describe('With all of them open.'),
  serverRssBytes: whole().describe('Likewise.'),
});

export const data = z.object({
  stream: z.enum(['sse', 'websocket']),
  http: z.enum(['1.1', '2']).describe('Of the event stream, or of the request that becomes a WebSocket.'),
  asked: whole().describe('How many were asked for at most.'),
  opened: whole().describe('How many were open at once, as the client counts them.'),
  atServer: whole().describe('The same, as the server counts them by itself.'),
  sockets: whole().describe('TCP connections that these took, at the server.'),
  limit,
  plain,
  from: z.discriminatedUnion('client', [inBrowser, inNode]).describe('Who opened them.'),
});

/** What stopped a client from opening more. */
export type ConnectionLimit = z.infer<typeof limit>;
