/** The format of run summaries: one definition, which the tests hold the writer to and from which the published JSON Schema comes. */
import { z } from 'zod';
import { findingsSchema } from '../result/findings-schema.ts';
import type { OnFile, Same } from '../result/on-file.ts';
import { type RunSummary, SUMMARY_SCHEMA, SUMMARY_VERSION } from './run-summary.ts';

/** A run summary as JSON. Keys that it does not know are no mistake: a later release may have added them. */
const runSummarySchema = z.object({
  schema: z.literal(SUMMARY_SCHEMA),
  schemaVersion: z.number().meta({ const: SUMMARY_VERSION }),
  startedAt: z.iso.datetime().describe('UTC.'),
  tool: z.object({ name: z.literal('mcp-transport-bench'), version: z.string() }).describe('What measured.'),
  status: z
    .enum(['running', 'complete', 'partial', 'failed'])
    .describe('complete where everything that was asked for was tried.'),
  environment: z
    .object({
      node: z.string(),
      platform: z.string(),
      kernel: z.string(),
      arch: z.string(),
      cpuModel: z.string(),
      cores: z.number(),
      governor: z.string().optional(),
      virtualisation: z.string().optional(),
    })
    .describe('What of the machine tells whether two runs may be compared.'),
  ...findingsSchema.shape,
});

/** What a summary parses to. `never`, so that nothing compiles, unless the schema and `RunSummary` agree key by key. */
type RunSummaryOnFile =
  Same<z.infer<typeof runSummarySchema>, OnFile<RunSummary>> extends true ? OnFile<RunSummary> : never;

/** Reads a summary again. Throws a ZodError for what is none. */
export const parseRunSummary = (value: unknown): RunSummaryOnFile => runSummarySchema.parse(value);

/** The JSON Schema (2020-12) of run summaries, for those who read them with other tools. */
export function runSummaryJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(runSummarySchema, { io: 'input' });
  return {
    $schema,
    title: 'mcp-transport-bench run summary',
    description:
      'What a run came to: estimates over trials, comparisons of arms, claims and the gate’s verdict. Times are in nanoseconds, processor times in microseconds, sizes in bytes, rates per second, shares 0 to 1.',
    ...rest,
  };
}
