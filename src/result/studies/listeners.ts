/** What one step of the study `listeners` found: one endpoint, looked at with so many listeners connected. */
import { z } from 'zod';
import { bytes, ns, whole } from '../plan-schema.ts';

const memory = z
  .object({
    rssBytes: bytes(),
    nurseryBytes: bytes().describe('Of these, V8’s space for young objects, which follows how fast they are made.'),
    heapUsedBytes: bytes(),
    externalBytes: bytes().describe('Outside the heap, buffers included.'),
    privateDirtyBytes: bytes().nullable().describe('Null where the system does not tell.'),
  })
  .describe('Of the endpoint, garbage collected.');

const sockets = z.object({ clients: whole(), endpoint: whole() }).describe('Open ones, as each end counts them.');

const used = {
  elapsedNs: ns(),
  cpuUserUs: z.number().describe('Of the endpoint, read inside it.'),
  cpuSystemUs: z.number(),
  wireUpBytes: bytes().describe('At the endpoint’s sockets.'),
  wireDownBytes: bytes(),
};

const arrivals = {
  published: whole().describe('Sends to one listener each.'),
  delivered: whole().describe('Distinct ones that arrived.'),
  lost: whole(),
  duplicated: whole(),
  reordered: whole(),
  delivery: z
    .object({ p50Ns: ns(), p99Ns: ns(), maxNs: ns() })
    .nullable()
    .describe('Published → received over all deliveries, nearest rank; null where nothing arrived.'),
};

export const data = z.object({
  listeners: whole(),
  sockets: z.object({
    connected: sockets.describe('When all have just connected: those that wait for a further request are among them.'),
    resting: sockets.describe('When the endpoint has closed those, as their keep-alive time would have in the end.'),
  }),
  openedNs: ns().describe('How long it took until all listened.'),
  memory: z.object({
    before: memory.describe('Warmed up, no client connected.'),
    connected: memory.describe('All connected, nothing published yet.'),
    resting: memory.describe('The same without the sockets that waited for a further request.'),
    receiving: memory.describe('After the updates.'),
  }),
  clientHeap: z
    .object({ beforeBytes: bytes(), connectedBytes: bytes() })
    .optional()
    .describe(
      'Live memory of the process that all clients share, garbage collected, with what it holds outside the heap.',
    ),
  kernelTcp: z
    .object({ beforeBytes: bytes(), connectedBytes: bytes() })
    .nullable()
    .describe(
      'Buffers of all TCP sockets of the host, both ends of these included; null where the system does not tell.',
    ),
  idle: z.object(used),
  receiving: z.object({ ...used, events: whole(), ...arrivals }),
  cutOff: z
    .object({
      events: whole(),
      noticedNs: ns().nullable().describe('Cut → its client was told; null where it was not, and came back by itself.'),
      backNs: ns().nullable().describe('Cut → a new session listens; null where none was opened.'),
      cut: z.object(arrivals).describe('Of the one that was cut off.'),
      others: z.object(arrivals),
    })
    .nullable()
    .describe('Null where no listener was cut off.'),
});
