/** What one step of the study `binary` found: one image fetched many times, one at a time, in one form. */
import { z } from 'zod';
import { bytes, ns, whole } from '../plan-schema.ts';

export const data = z.object({
  imageBytes: bytes().describe('Of the image itself, before any encoding.'),
  transfers: whole(),
  timesNs: z
    .array(ns().min(0))
    .describe('From the request to the image as bytes in the hands of the client, one for each transfer.'),
  wireUpBytes: bytes().describe('Over all transfers, as the server’s sockets count.'),
  wireDownBytes: bytes(),
  endpointCpuUs: z.number().describe('Over all transfers, user and system.'),
  clientCpuUs: z.number().describe('Likewise, of the client’s process: decoding included.'),
  encodeNs: z
    .array(ns())
    .describe(
      'Times of making the text of the image, which the endpoint has ready, measured apart; empty where there is no text.',
    ),
});
