/** What was asked, as a run record's file holds it: arms, cells with their scenarios, trials. */
import { z } from 'zod';
import { THRESHOLD_COMPARISONS } from '../scenario/gate.ts';
import { METRIC_NAMES } from '../scenario/metric.ts';
import { PACINGS } from '../scenario/pacing.ts';
import { STUDY_NAMES } from '../scenario/study.ts';
import { MISBEHAVIOURS, TOOL_NAMES } from '../scenario/scenario.ts';
import { NETWORK_MECHANISMS, NETWORK_PROFILES } from '../scenario/network.ts';
import { CLIENT_STACKS, COMPRESSIONS, HTTP_VERSIONS, PROTOCOL_REVISIONS, REPLY_MODES } from '../scenario/variant.ts';

/** A count or a position: whole, from 0. */
export const whole = () => z.int().min(0);
/** Nanoseconds. */
export const ns = () => z.number();
/** Bytes, never characters. */
export const bytes = () => z.number();
const perSecond = () => z.number();

const templatePart = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.literal('filler'), bytes: bytes() }),
  z.object({ kind: z.literal('sequence') }),
  z.object({ kind: z.literal('client') }),
]);

const argument = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('filler'), bytes: bytes() }),
  z.object({ kind: z.literal('template'), parts: z.array(templatePart) }),
]);

const step = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('call'),
    tool: z.enum(TOOL_NAMES),
    argument,
    answerBytes: bytes(),
    delayNs: ns(),
    progressSteps: z.number(),
    misbehaviour: z.enum(MISBEHAVIOURS).optional(),
  }),
  z.object({ kind: z.literal('foreign-call') }).describe('A call of the tool that was chosen for the arm’s target.'),
  z.object({ kind: z.literal('ping') }),
  z.object({ kind: z.literal('think'), thinkNs: ns() }),
  z.object({ kind: z.literal('wait'), topic: z.string(), timeoutNs: ns() }),
]);

const arrivals = z.enum(['constant', 'poisson']);

const load = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('closed'), thinkNs: ns() }),
  z.object({ kind: z.literal('open'), arrivals, ratePerSec: perSecond(), maxInFlight: z.number() }),
  z.object({
    kind: z.literal('sessions'),
    arrivals,
    ratePerSec: perSecond(),
    repeats: z.number(),
    maxInFlight: z.number(),
  }),
]);

const publication = z.object({
  topic: z.string(),
  arrivals,
  ratePerSec: perSecond(),
  payloadBytes: bytes(),
  subscribers: z.number(),
});

const extent = z.object({ timeNs: ns().optional(), calls: z.number().optional() });

const scenario = z
  .object({
    name: z.string(),
    title: z.string(),
    shows: z.string(),
    clients: z.number(),
    scripts: z.array(z.object({ name: z.string(), weight: z.number(), steps: z.array(step) })),
    load: load.describe('When scripts start.'),
    publish: z.array(publication).describe('Events that the endpoint publishes by its own calendar.'),
    warmup: extent.describe('What was run first and discarded.'),
    window: extent.describe('What was measured.'),
    timeoutNs: ns().describe('How long a call could take before it counted as timed out.'),
    stall: z
      .object({ atNs: ns(), forNs: ns() })
      .optional()
      .describe('The endpoint stood still for a while, on purpose.'),
    pacing: z.enum(PACINGS).optional().describe('By what the calendar was kept, where the file said.'),
  })
  .describe('One workload, every default filled in.');

const variant = z
  .object({
    transport: z.string(),
    protocol: z.enum(PROTOCOL_REVISIONS),
    http: z.enum(HTTP_VERSIONS),
    tls: z.boolean(),
    compression: z.enum(COMPRESSIONS),
    reply: z.enum(REPLY_MODES).nullable().describe('How answers come, where the endpoint has the choice.'),
    client: z.enum(CLIENT_STACKS),
    target: z.string().describe('`embedded`, or the name of somebody’s server.'),
    network: z.enum(NETWORK_PROFILES).describe('Between the two ends; lo is loopback as it is.'),
    mechanism: z.enum(NETWORK_MECHANISMS).optional().describe('What emulates the network; absent for lo.'),
  })
  .describe('One way of speaking MCP, exactly.');

const foreignCall = z
  .object({ tool: z.string(), args: z.string().describe('The arguments, as JSON text.') })
  .describe('The call that stands for every call of a scenario, where the server is somebody else’s.');

const plannedTrial = z.object({
  index: whole().describe('Counts from 0 in the order of execution.'),
  block: whole().describe('Trials of one block are neighbours in time and are compared as pairs.'),
  armId: z.string(),
  seed: z.number(),
  cellIds: z.array(z.string()).describe('In the order of this trial.'),
});

const arm = z.object({
  id: z.string(),
  title: z.string(),
  variant,
  call: foreignCall.optional(),
  build: z.string().optional().describe('Name of the build whose code it runs; absent for this program’s own.'),
});

/** A metric by its name. */
export const metricName = () => z.enum(METRIC_NAMES);

const threshold = z.object({
  text: z.string(),
  scenario: z.string().optional(),
  arm: z.string().optional(),
  metric: metricName(),
  comparison: z.enum(THRESHOLD_COMPARISONS),
  limit: z.number().describe('In the metric’s unit.'),
});

const pairGate = z
  .object({
    base: z.string(),
    head: z.string(),
    family: z
      .array(
        z.object({
          cellId: z.string(),
          armId: z.string(),
          baseArmId: z.string(),
          metric: metricName(),
          floor: z.number().describe('A smaller change for the worse, as a share, is no failure.'),
          margin: z.number().describe('A larger one must be excluded before it has passed.'),
          exact: z.boolean(),
        }),
      )
      .describe('What may make the run fail, fixed before it starts.'),
    looks: z.array(whole()).describe('Numbers of pairs after which the run may end.'),
    alpha: z.number().describe('Chance of a false alarm of the whole run.'),
    budgetNs: ns().optional(),
  })
  .describe('Base against head, in pairs.');

const baselineGate = z
  .object({
    name: z.string(),
    startedAt: z.string(),
    maxRegression: z.number(),
    normalised: z.boolean().describe('Whether times are divided by the control workload of each run.'),
    differences: z.array(z.string()).describe('Fields in which the machines differ.'),
    values: z.array(
      z.object({ cellId: z.string(), armId: z.string(), metric: metricName(), values: z.array(z.number()) }),
    ),
  })
  .describe('Against an earlier record.');

const gate = z.object({
  thresholds: z.array(threshold),
  pairs: pairGate.optional(),
  baseline: baselineGate.optional(),
  reruns: whole().describe('How many blocks may be measured again because something disturbed them.'),
});

const build = z.object({
  name: z.string(),
  from: z.string().describe('A folder or a git ref, as it was written.'),
  commit: z.string().optional(),
  setup: z.string().optional(),
});

const plannedStudy = z.object({
  name: z.string(),
  title: z.string(),
  shows: z.string(),
  study: z.enum(STUDY_NAMES).describe('Which procedure.'),
  repeats: whole(),
  arms: z.array(arm).describe('The ways of speaking MCP that it looks at.'),
  settings: z.string().describe('JSON text of its settings.'),
  steps: z
    .array(
      z.object({
        index: whole().describe('Counts from 0 in the order of execution.'),
        subject: z.record(z.string(), z.string()).describe('What the step is about.'),
        repetition: whole(),
        seed: z.number(),
      }),
    )
    .describe('One subject measured once, each.'),
});

const placement = z
  .union([
    z.object({ kind: z.enum(['apart', 'same', 'free']) }),
    z.object({ kind: z.literal('cores'), endpointCpu: whole(), driverCpu: whole() }),
  ])
  .describe('Where processes were asked to run.');

/** The plan of a run. */
export const planSchema = z.object({
  seed: z.number().describe('Repeats the orders, payloads and arrivals.'),
  quick: z.boolean(),
  blocks: whole().describe('Repetitions of every arm.'),
  processWarmup: extent.describe('What every fresh pair of processes did before its first cell.'),
  arms: z.array(arm).describe('The sides of the comparison.'),
  cells: z
    .array(z.object({ id: z.string(), level: z.string(), scenario }))
    .describe('Each scenario at each level of what it varies.'),
  trials: z.array(plannedTrial).describe('One arm measured once, through all cells.'),
  awake: z.literal(true).optional().describe('The cores were kept from idling during the trials.'),
  studies: z.array(plannedStudy).describe('What has a procedure of its own, after the trials.'),
  gate: gate.optional().describe('By what the run is judged as a whole.'),
  builds: z.array(build).optional().describe('Where the arms’ code comes from.'),
  pacing: z
    .enum(PACINGS)
    .optional()
    .describe('By what drivers kept the calendar of a scenario that says nothing of it; absent: by a thread.'),
  ceiling: z.boolean().optional().describe('Whether drivers were run against a mirror first.'),
  drivers: whole().optional().describe('How many drivers shared the load, a probe beside them; absent: one, no probe.'),
  placement: placement.optional(),
});
