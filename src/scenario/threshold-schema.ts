/** Limits as a scenario file has them: as on the command line, and about this scenario without saying so. */
import { z } from 'zod';
import { listOf } from './fields.ts';
import { parseThreshold, ThresholdError, type ThresholdWords } from './threshold.ts';

const MAX_THRESHOLDS = 100;
const A_THRESHOLD = 'a threshold like "websocket response-time.p99 < 5ms"';

const threshold = z.string({ error: A_THRESHOLD }).transform((text, context): ThresholdWords => {
  try {
    return parseThreshold(text);
  } catch (error) {
    if (!(error instanceof ThresholdError)) throw error;
    context.addIssue({ code: 'custom', message: error.expected, params: { got: error.got } });
    return z.NEVER;
  }
});

/** The words by themselves; whether they name arms is known when there are some. */
export const thresholdsSchema = () => listOf(threshold, { what: 'thresholds', most: MAX_THRESHOLDS });
