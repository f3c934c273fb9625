/** What one step of the study `knee` found: one arm, searched for the highest rate that it sustains. */
import { z } from 'zod';
import { PACINGS } from '../../scenario/pacing.ts';
import { callBooks } from '../measurement-schema.ts';
import { ns } from '../plan-schema.ts';

const perSecond = () => z.number().min(0);
const utilisation = () => z.number().min(0);

const probe = z
  .object({
    ratePerSec: perSecond().describe('That was tried.'),
    purpose: z.enum(['bracket', 'bisect', 'challenge', 'confirm', 'curve']),
    answer: z
      .enum(['ok', 'not-ok', 'disturbed'])
      .describe('Whether the limit was kept; disturbed: not, while something beside the endpoint kept the machine.'),
    why: z.string().describe('What broke the limit, or disturbed; empty where it was kept.'),
    offeredPerSec: perSecond().describe('What the calendar held.'),
    achievedPerSec: perSecond(),
    calls: callBooks,
    p50Ns: ns().nullable().describe('Of response times, over the calls that were answered; null without any.'),
    p90Ns: ns().nullable(),
    p99Ns: ns().nullable(),
    sendLagP99Ns: ns().nullable(),
    endpointBusy: utilisation().nullable().describe('Share of the event loop; null where it is not known.'),
    driverBusy: utilisation(),
    doubts: z.array(z.string()).describe('Kinds of the trial’s doubts.'),
  })
  .meta({ id: 'KneeProbe', description: 'One rate tried once, in processes of its own.' });

export const data = z.object({
  pacing: z.enum(PACINGS),
  placement: z.string().describe('Which cores the processes of a probe ran on, in words.'),
  lowPerSec: perSecond().nullable().describe('The highest rate that was sustained; null where none was.'),
  highPerSec: perSecond().nullable().describe('The lowest above it that was not; null where none is known.'),
  ending: z.enum(['confirmed', 'unconfirmed', 'never-kept', 'always-kept', 'out-of-bounds']),
  failures: z.array(z.string()).describe('Probes that came to nothing, and were made again.'),
  probes: z.array(probe).describe('In the order in which they were made.'),
});
