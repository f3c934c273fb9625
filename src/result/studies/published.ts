/** What one step of the study `published` found: one published comparison, measured in one of its ways. */
import { z } from 'zod';
import { bytes, ns } from '../plan-schema.ts';

export const data = z.object({
  timesNs: z.array(ns()).describe('One for each call, or each coming back; empty where bytes are what was published.'),
  bytes: z
    .object({
      messages: z.number(),
      wireBytes: bytes().describe('On the wire in the direction in question, over all messages.'),
      payloadBytes: bytes().describe('Of that the messages themselves.'),
    })
    .nullable(),
  waitedNs: z
    .array(ns())
    .describe('Of each coming back: what the client waited because of its own delay, not the network’s.'),
});
