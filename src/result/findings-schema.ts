/** What a run came to, as a run record's file holds it. */
import { z } from 'zod';
import { metricName, whole } from './plan-schema.ts';

/** In what way one thing differs from another. */
export const difference = z.enum(['faster', 'slower', 'equivalent', 'inconclusive']);
const gateWord = z.enum(['pass', 'fail', 'inconclusive']);

const gateFinding = z.object({
  kind: z.enum(['threshold', 'pair', 'baseline']),
  name: z.string().describe('What was asked, the same in every run of the same plan.'),
  cellId: z.string().nullable(),
  armId: z.string().nullable(),
  metric: metricName(),
  word: gateWord,
  difference: difference.nullable(),
  unit: z.enum(['ns', 'per-second', 'bytes', 'us', 'share', 'count', 'ratio']),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  limit: z.number(),
  smallestDetectable: z.number().nullable(),
  count: whole().describe('Trials, or pairs of trials, behind the value.'),
  because: z.string(),
});

/** The gate's verdict. */
export const gateVerdictSchema = z.object({
  word: gateWord,
  findings: z.array(gateFinding),
  notes: z.array(z.string()),
});

/** Everything that a report of the record states. */
export const findingsSchema = z.object({
  estimates: z.array(
    z.object({
      cellId: z.string(),
      armId: z.string(),
      metric: metricName(),
      value: z.number(),
      low: z.number(),
      high: z.number(),
      coverage: z.number(),
      trials: whole(),
    }),
  ),
  comparisons: z.array(
    z.object({
      cellId: z.string(),
      armId: z.string(),
      baseArmId: z.string(),
      metric: metricName(),
      pairs: whole(),
      ratio: z.number(),
      low95: z.number(),
      high95: z.number(),
      coverage95: z.number(),
      word: difference,
      smallestDetectable: z.number().nullable(),
    }),
  ),
  claims: z.array(z.object({ id: z.string(), word: z.string(), because: z.string() })),
  gate: gateVerdictSchema.nullable(),
});
