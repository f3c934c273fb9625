/** Warm-up and window, as a file writes them. */
import { z } from 'zod';
import { duration, mapping, MAX_CALLS, MAX_DURATION, whole } from './fields.ts';
import type { Extent } from './scenario.ts';

/** The same for warm-up and window but for the shortest time that makes sense. */
function extent(least: string) {
  const time = () => duration({ least, most: MAX_DURATION });
  const inFull = mapping(
    {
      time: time().optional().describe(`A time from ${least} to ${MAX_DURATION}, like 300ms.`),
      calls: whole({ least: 1, most: MAX_CALLS }).optional().describe('A number of calls over all clients.'),
    },
    'a mapping',
  )
    .meta({ minProperties: 1 })
    .transform((file, context): Extent => {
      if (file.time === undefined && file.calls === undefined) {
        context.addIssue({ code: 'custom', message: 'a time, a number of calls, or both', params: { got: 'neither' } });
      }
      return { timeNs: file.time, calls: file.calls };
    });
  return z.union([time().transform((timeNs): Extent => ({ timeNs, calls: undefined })), inFull], {
    error: 'a time like 1s, or a mapping with time, calls or both',
  });
}

export const warmup = () => extent('0ms');
export const window = () => extent('1ms');
