/** What one step of the study `attribution` found: one call after the other through one client stack, without a wire, or as bare bytes. */
import { z } from 'zod';
import { bytes, ns, whole } from '../plan-schema.ts';

const us = () => z.number().min(0);

export const data = z.object({
  calls: whole().describe('In the window, all of them answered rightly.'),
  p50Ns: ns().describe('Of response times.'),
  endpointUs: us()
    .nullable()
    .describe('Processor time of the answering end per call, in microseconds; null without one of its own.'),
  driverUs: us().describe('Of the asking end.'),
  upBytes: bytes().describe('On the wire per call, client to server.'),
  downBytes: bytes(),
  doubts: z.array(z.string()).describe('Kinds of the trial’s doubts.'),
  placement: z.string().describe('Which cores the processes ran on, in words.'),
});
