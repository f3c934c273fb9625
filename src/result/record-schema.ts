/** The file format of run records: one definition, from which both the reader's checks and the published JSON Schema come. */
import { z } from 'zod';
import { findingsSchema } from './findings-schema.ts';
import { measurementSchema, relayCheck } from './measurement-schema.ts';
import type { OnFile, Same } from './on-file.ts';
import { bytes, ns, planSchema, whole } from './plan-schema.ts';
import { RECORD_SCHEMA, type RunRecord, SCHEMA_VERSION } from './record.ts';
import { studyResultSchema } from './study-schema.ts';

const environment = z.object({
  node: z.string(),
  v8: z.string(),
  platform: z.string(),
  kernel: z.string(),
  arch: z.string(),
  cpuModel: z.string(),
  cores: z.number(),
  governor: z.string().optional().describe('Of the first core’s frequency.'),
  virtualisation: z.string().optional().describe('The hypervisor, where the kernel names one.'),
  memoryBytes: bytes(),
  loadAverage: z.number().describe('One-minute load average when the run began.'),
  packages: z.record(z.string(), z.string()).describe('Versions of the packages that drive and record.'),
  nodeFlags: z.array(z.string()),
  placement: z.string().describe('Which cores the processes of a trial ran on, in words.'),
});

const armFacts = z.object({
  armId: z.string(),
  established: z.string(),
  carrier: z.enum(['sockets', 'pipes', 'nothing']).describe('What carries the messages of a client.'),
  socketsPerClient: z.number(),
  httpRequestsPerSession: z.number(),
  httpRequestsPerCall: z.number(),
  roundTripsToOpen: z.number(),
  bytesToFirstResult: bytes(),
  timeToFirstResultNs: ns(),
  payloadUpBytes: bytes(),
  payloadDownBytes: bytes(),
  sharedChannelShare: z.number(),
  bothDirectionsAtOnce: z.boolean(),
  noDelay: z.array(z.boolean().nullable()).describe('Socket by socket; null where it is not known.'),
  compression: z.string(),
  tls: z.boolean(),
  tlsSession: z.string().describe('Version, cipher suite and resumption; empty without TLS.'),
  httpVersion: z.string().optional(),
  http2Windows: z.object({ stream: bytes(), connection: bytes() }).optional(),
  messageHeaders: z.array(z.string()),
  keepAliveMs: z.number().optional(),
  heartbeatMs: z.number().optional(),
  maxMessageBytes: bytes(),
  endpointNode: z.string(),
  driverNode: z.string(),
  endpointFlags: z.array(z.string()),
  driverFlags: z.array(z.string()),
  surfaceHash: z.string().describe('Of the server’s name, version, capabilities and tools.'),
  clientLibraries: z.array(z.object({ name: z.string(), bytes: bytes() })),
  driverLines: z.number(),
});

const matching = z.object({
  checks: z
    .array(
      z.object({ rule: z.string(), status: z.enum(['matched', 'mismatched', 'not-applicable']), seen: z.string() }),
    )
    .describe('One entry per rule that was probed.'),
  unmatched: z.array(z.string()).describe('What cannot be made equal, in words.'),
  facts: z.array(armFacts).describe('What a probe session saw of each arm, outside of any measurement.'),
});

const clockCheck = z.object({
  comparable: z.boolean(),
  offsetLowNs: ns(),
  offsetHighNs: ns(),
  evidence: z.string(),
});

const trialHead = {
  index: whole().describe('Of the planned trial.'),
  block: whole(),
  armId: z.string(),
  attempt: whole().optional().describe('1 and more where the block was measured again; absent for the first time.'),
};

const trial = z.discriminatedUnion('status', [
  z.object({
    ...trialHead,
    status: z.literal('completed'),
    clock: clockCheck.describe('Whether instants of the two processes could be subtracted from each other.'),
    relay: relayCheck.optional(),
    measurements: z.array(measurementSchema),
  }),
  z.object({ ...trialHead, status: z.literal('failed'), error: z.string(), measurements: z.array(measurementSchema) }),
]);

/** A date in UTC. */
const instant = () => z.iso.datetime();

/** A run record as its file holds it. Keys that it does not know are no mistake: a later release may have added them. */
export const recordSchema = z.object({
  schema: z.literal(RECORD_SCHEMA),
  // Checked before anything else; see codec.ts.
  schemaVersion: z.number().meta({ const: SCHEMA_VERSION }),
  tool: z.object({ name: z.literal('mcp-transport-bench'), version: z.string() }).describe('What wrote the file.'),
  startedAt: instant(),
  finishedAt: instant().nullable().describe('null while the run goes on or when it was cut off.'),
  status: z
    .enum(['running', 'complete', 'partial', 'failed'])
    .describe('running in a record whose writer was killed: as partial as partial.'),
  asked: z.array(z.string()).describe('What `run` was asked on its command line, the seed aside.'),
  environment: environment.describe('The machine and the software, as far as they can move a number.'),
  plan: planSchema.describe('Everything that the run set out to do.'),
  unsupported: z
    .array(z.object({ armId: z.string(), cellId: z.string().nullable(), reason: z.string() }))
    .describe('What was asked for and cannot be: an arm, or one cell of an arm.'),
  matching: matching.describe('Whether the arms differ in nothing but the transport.'),
  trials: z.array(trial).describe('What came of the trials, in the order of execution.'),
  studies: z.array(studyResultSchema).describe('What came of the studies, step by step.'),
  controls: z
    .array(
      z.object({
        block: whole(),
        attempt: whole(),
        exchanges: whole(),
        p50Ns: ns(),
        cpuUs: z.number().describe('Processor time per exchange, both ends, in microseconds.'),
      }),
    )
    .optional()
    .describe('What the machine needed for the same bare exchange before each block.'),
  ceilings: z
    .array(
      z.discriminatedUnion('status', [
        z.object({
          armId: z.string(),
          cellId: z.string(),
          status: z.literal('measured'),
          perSec: z.number().min(0).describe('Calls that were answered rightly, per second.'),
          mirrorBusy: z.number().nullable().describe('Of its event loop, 0 … 1; null where it is not known.'),
          driverBusy: z.number(),
        }),
        z.object({
          armId: z.string(),
          cellId: z.string(),
          status: z.literal('not-measured'),
          because: z.string(),
        }),
      ]),
    )
    .optional()
    .describe('What each driver can do against a mirror, in cells that go as fast as they can.'),
  stopped: z
    .object({ afterBlock: whole(), because: z.enum(['decided', 'budget']) })
    .optional()
    .describe('Why fewer blocks were measured than planned.'),
  findings: findingsSchema.optional().describe('What all of this comes to.'),
  mergedFrom: z
    .array(z.object({ startedAt: instant(), finishedAt: instant().optional(), environment }))
    .optional()
    .describe('The runs whose measurements are added up in this record.'),
});

/** What a file with a record in it parses to. `never`, so that codec.ts does not compile, unless the schema and `RunRecord` agree key by key. */
export type RecordOnFile =
  Same<z.infer<typeof recordSchema>, OnFile<RunRecord>> extends true ? OnFile<RunRecord> : never;

/** The JSON Schema (2020-12) of run records, for those who read them with other tools. */
export function recordJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(recordSchema, { io: 'input' });
  return {
    $schema,
    title: 'mcp-transport-bench run record',
    description:
      'One run: what was asked, on which machine, and whole distributions of what happened. Durations are in nanoseconds, sizes in bytes.',
    ...rest,
  };
}
