/** What one step of the study `connect` found. */
import { z } from 'zod';
import { bytes, ns, whole } from '../plan-schema.ts';

const wire = { upBytes: bytes(), downBytes: bytes() };

const opening = z
  .object({
    tcpNs: ns().nullable().describe('The first socket was connected; null where none had to be opened.'),
    tlsNs: ns().nullable().describe('It was encrypted; null without TLS, or where no socket had to be opened.'),
    httpNs: ns().nullable().describe('The head of the first response was in: 101, or 200 with its headers.'),
    readyNs: ns().describe('A tool could be called: where there is a handshake, its answer was in.'),
    firstResultNs: ns().describe('The first call was answered.'),
    sockets: whole().describe('Opened for this session.'),
    httpRequests: whole(),
    roundTripsToOpen: whole().describe('Before the first JSON-RPC message could be sent, as the channel counts them.'),
    tls: z.string().describe('Of the last socket; empty without TLS.'),
    ...wire,
  })
  .meta({
    id: 'Opening',
    description: 'One session up to its first result. Times since connecting began, bytes until the wire was quiet.',
  });

const relayed = z.object({
  pool: z.enum(['cold', 'warm']),
  rttNs: ns().describe('What the relay added to every round trip, that of opening a socket included.'),
  readyNs: ns(),
  firstResultNs: ns(),
});

const connecting = z.object({
  handshake: z
    .boolean()
    .describe('Whether a session begins with one (initialize); else every request carries an envelope.'),
  cold: opening.describe('The first session of a fresh process with a fresh endpoint.'),
  calls: z
    .array(z.object({ serviceNs: ns(), ...wire }))
    .describe('Further calls of that session, one after the other; bytes until the wire was quiet after each.'),
  closing: z.object(wire).describe('What closing that session cost.'),
  warm: z.array(opening).describe('Later sessions, one after the other, connections and TLS sessions kept.'),
  warmCallsNs: z.array(ns()).describe('Service times of further calls of a session in the warm process.'),
  relayed: z.array(relayed).describe('Sessions through a relay that imitates a network.'),
});

const reuse = z.object({
  calls: whole().describe('Answered.'),
  failed: whole(),
  elapsedNs: ns(),
  sockets: whole().describe('Opened in that time, beside those that were open already.'),
});

export const data = z.object({
  connecting: connecting.nullable(),
  reuse: reuse.nullable().describe('One client that calls without a pause, with one session or a session per call.'),
});
