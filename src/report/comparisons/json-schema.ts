/** The format of comparisons: one definition, which the tests hold the writer to and from which the published JSON Schema comes. */
import { z } from 'zod';
import { difference, gateVerdictSchema } from '../../result/findings-schema.ts';
import type { OnFile, Same } from '../../result/on-file.ts';
import { metricName, whole } from '../../result/plan-schema.ts';
import { COMPARISON_SCHEMA, COMPARISON_VERSION, type ComparisonFile } from './json.ts';

const runHead = z.object({
  name: z.string().describe('As it was named.'),
  startedAt: z.iso.datetime().describe('UTC.'),
  version: z.string().describe('Of the tool that measured it.'),
  trials: whole().describe('Repetitions of every arm.'),
});

const metricChange = z.object({
  cellId: z.string(),
  armId: z.string(),
  metric: metricName(),
  counted: z.boolean().describe('Counted, and the same in all trials of each run: compared by equality.'),
  baseValue: z.number().describe('Median over the trials; of failed calls and lost events, the most of any trial.'),
  headValue: z.number(),
  baseTrials: whole(),
  headTrials: whole(),
  ratio: z.number().nullable().describe('Head over base; null where no ratio exists.'),
  low: z.number().nullable(),
  high: z.number().nullable(),
  coverage: z.number().nullable().describe('Of the interval, 0 to 1; 1 for what is counted.'),
  word: difference.describe('Of metrics where more is better, faster means more; of others less.'),
  smallestDetectable: z
    .number()
    .nullable()
    .describe('The smallest ratio above 1 that would have been seen with 80 % power; null where none is known.'),
});

/** A comparison as JSON. Keys that it does not know are no mistake: a later release may have added them. */
const comparisonSchema = z.object({
  schema: z.literal(COMPARISON_SCHEMA),
  schemaVersion: z.number().meta({ const: COMPARISON_VERSION }),
  base: runHead,
  head: runHead,
  normalised: z
    .boolean()
    .describe('Whether times are in exchanges of each run’s own control workload, because the machines differ.'),
  differences: z
    .array(
      z.object({
        field: z.string().describe('Of the record’s environment.'),
        base: z.string(),
        head: z.string(),
      }),
    )
    .describe('In what the machines differ.'),
  changes: z.array(metricChange).describe('What counts first where it differs, then in the order of the plan.'),
  gate: gateVerdictSchema.nullable().describe('null without --max-regression.'),
  notes: z.array(z.string()).describe('What must be said about the whole.'),
});

/** What a comparison parses to. `never`, so that nothing compiles, unless the schema and `ComparisonFile` agree key by key. */
type ComparisonOnFile =
  Same<z.infer<typeof comparisonSchema>, OnFile<ComparisonFile>> extends true ? OnFile<ComparisonFile> : never;

/** Reads a comparison again. Throws a ZodError for what is none. */
export const parseComparison = (value: unknown): ComparisonOnFile => comparisonSchema.parse(value);

/** The JSON Schema (2020-12) of comparisons, for those who read them with other tools. */
export function comparisonJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(comparisonSchema, { io: 'input' });
  return {
    $schema,
    title: 'mcp-transport-bench comparison',
    description:
      'Two runs, metric by metric, as "compare -f json" prints them. Times are in nanoseconds, processor times in microseconds, sizes in bytes, rates per second, shares 0 to 1; where normalised is true, what is timed is a multiple of the control workload’s.',
    ...rest,
  };
}
