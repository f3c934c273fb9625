/** The format of what `doctor` found: one definition, which the tests hold the writer to and from which the published JSON Schema comes. */
import { z } from 'zod';
import { difference } from '../result/findings-schema.ts';
import type { OnFile, Same } from '../result/on-file.ts';
import { metricName, whole } from '../result/plan-schema.ts';
import { CHECK_WORDS } from './check.ts';
import { DOCTOR_SCHEMA, DOCTOR_VERSION, type DoctorFile } from './doctor-json.ts';

const check = z.object({
  name: z.string(),
  word: z
    .enum(CHECK_WORDS)
    .describe(
      'ok: nothing to say; note: something to know; doubt: times of this machine should decide nothing; cannot: it cannot measure at all.',
    ),
  saw: z.string().describe('What was found, with its numbers.'),
  means: z.string().describe('What it means for what is measured here.'),
  todo: z.string().describe('What would change it; empty where nothing need be done.'),
});

const precision = z.object({
  armId: z.string(),
  metric: metricName(),
  pairs: whole(),
  spread: z.number().describe('Standard deviation of the logarithms of the ratios: 0.03 reads 3 %.'),
  halfWidths: z
    .array(z.object({ pairs: whole(), share: z.number() }))
    .describe('Half of the 95 % interval of the ratio after so many pairs, as a share.'),
  smallestDetectable: z
    .number()
    .describe('The smallest ratio above 1 that the most of these pairs would show with 80 % power.'),
  margin: z.number().describe('The difference that matters, as a share.'),
  word: difference.describe('Of equals it must not be faster or slower.'),
});

/** What `doctor` found, as JSON. Keys that it does not know are no mistake: a later release may have added them. */
const doctorSchema = z.object({
  schema: z.literal(DOCTOR_SCHEMA),
  schemaVersion: z.number().meta({ const: DOCTOR_VERSION }),
  checks: z.array(check),
  precisions: z.array(precision).optional().describe('With --calibrate, and where the machine can measure at all.'),
});

/** What it parses to. `never`, so that nothing compiles, unless the schema and `DoctorFile` agree key by key. */
type DoctorOnFile = Same<z.infer<typeof doctorSchema>, OnFile<DoctorFile>> extends true ? OnFile<DoctorFile> : never;

/** Reads it again. Throws a ZodError for what is none. */
export const parseDoctor = (value: unknown): DoctorOnFile => doctorSchema.parse(value);

/** The JSON Schema (2020-12) of what `doctor` found, for those who read it with other tools. */
export function doctorJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(doctorSchema, { io: 'input' });
  return {
    $schema,
    title: 'mcp-transport-bench doctor',
    description: 'Whether a machine can measure, and how finely, as "doctor -f json" prints it. Shares are 0 to 1.',
    ...rest,
  };
}
