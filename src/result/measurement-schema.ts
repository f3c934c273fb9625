/** What happened in one cell of one trial, as a run record's file holds it. */
import { z } from 'zod';
import { bytes, ns } from './plan-schema.ts';

export const distribution = z
  .object({
    count: z.number(),
    minNs: ns().describe('Exact; 0 when the count is 0.'),
    maxNs: ns().describe('Exact; 0 when the count is 0.'),
    meanNs: ns().describe('Exact sum over count; 0 when the count is 0.'),
    hdr: z.string().describe('HdrHistogram V2, deflated, base64, unit nanoseconds.'),
  })
  .meta({ id: 'Distribution', description: 'A whole distribution of durations.' });

export const callBooks = z.object({
  due: z.number(),
  ok: z.number(),
  rejected: z.number().describe('Answered with an error, or refused with an HTTP status.'),
  disconnected: z.number().describe('The connection went away first.'),
  wrong: z.number().describe('Answered, with the wrong nonce, text or shape.'),
  timedOut: z.number(),
  dropped: z.number().describe('Due, never sent: too many were in flight.'),
  misrouted: z.number().describe('Answers to an id that was never asked, or asked of another client.'),
  duplicated: z.number().describe('Second answers to the same id.'),
  unreadable: z.number().describe('Texts that were not JSON or not JSON-RPC.'),
  errors: z.array(z.string()).describe('The first few errors.'),
});

const notificationBooks = z
  .object({
    published: z.number().describe('Sends to one subscriber each.'),
    delivered: z.number().describe('Distinct ones that arrived.'),
    lost: z.number(),
    duplicated: z.number(),
    reordered: z.number(),
  })
  .meta({ id: 'NotificationBooks', description: 'published = delivered + lost.' });

const byteBooks = z.object({
  wireUp: bytes()
    .nullable()
    .describe('At the endpoint’s sockets; null where there is no wire, or the server is somebody else’s.'),
  wireDown: bytes().nullable(),
  driverWireUp: bytes().nullable().describe('At the driver’s sockets; equal to wireUp where that is known.'),
  driverWireDown: bytes().nullable(),
  payloadUp: bytes().describe('UTF-8 bytes of the JSON-RPC messages.'),
  payloadDown: bytes(),
  messagesUp: z.number(),
  messagesDown: z.number(),
});

const fanOut = z
  .object({
    events: z.number().describe('Publications, each counted once.'),
    complete: z.number().describe('Events that every subscriber received.'),
    incomplete: z.number().describe('Events that at least one subscriber never received.'),
    deliveries: z.number().describe('Over all events and receivers; equal to notifications.delivered.'),
    first: distribution.describe('Published → received by the first receiver.'),
    median: distribution.describe('Published → received by half of the subscribers.'),
    last: distribution.describe('Published → received by all; of complete events.'),
    spread: distribution.describe('First receiver → last receiver; of complete events.'),
  })
  .meta({ id: 'FanOut', description: 'One publication, many receivers. events = complete + incomplete.' });

const processUse = z
  .object({
    cpuUserUs: z.number(),
    cpuSystemUs: z.number(),
    rssBytes: bytes().describe('Resident set at the end of the window.'),
    utilisation: z.number().describe('Of the event loop, 0 … 1.'),
    gcCount: z.number(),
    gcTotalNs: ns(),
    gcMaxNs: ns(),
  })
  .meta({ id: 'ProcessUse', description: 'What one process used over the window.' });

const outsideUse = z
  .object({
    cpuUs: z.number().describe('User and system, of all threads.'),
    rssBytes: bytes().describe('Resident sets at the end of the window, added up.'),
    processes: z.number().describe('At the end of the window.'),
  })
  .meta({ id: 'OutsideUse', description: 'What somebody else’s programs used over the window, seen from outside.' });

export const relayCheck = z
  .object({ roundTripNs: ns(), pings: z.number(), addedP50Ns: ns(), addedP90Ns: ns() })
  .describe('What the relay that emulated the network added beyond its round trip, by its own ping.');

const relayLateness = z
  .object({ chunks: z.number(), p50Ns: ns(), p99Ns: ns(), maxNs: ns() })
  .describe('How late the relay that emulated the network passed on what it was to delay.');

const arrivals = z
  .object({
    count: z.number(),
    plannedPerSec: z.number(),
    startedPerSec: z.number(),
    distance: z.number().describe('Between the waits from one start to the next and the calendar’s, 0 … 1.'),
    limit: z.number().describe('Of the distance.'),
  })
  .meta({ id: 'ArrivalCheck', description: 'How scripts were started, against the calendar.' });

const machine = z
  .object({
    othersCores: z
      .number()
      .nullable()
      .describe('Cores that other processes kept busy, on average; null where it is not known.'),
    resolutionCores: z.number().describe('What of it the kernel’s ticks cannot tell from nothing.'),
    throttledPeriods: z.number().describe('Periods in which a quota of the control group held processes up.'),
    throttledNs: ns(),
  })
  .meta({ id: 'MachineUse', description: 'What the machine did besides, over the window.' });

const doubt = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('books-do-not-balance'), detail: z.string() }),
  z.object({ kind: z.literal('wrong-answers'), count: z.number() }),
  z.object({ kind: z.literal('nothing-measured'), detail: z.string() }),
  z.object({ kind: z.literal('clock-not-comparable'), detail: z.string() }),
  z.object({ kind: z.literal('errors'), count: z.number(), example: z.string() }),
  z.object({ kind: z.literal('lost-notifications'), count: z.number() }),
  z.object({ kind: z.literal('sessions-reopened'), count: z.number() }),
  z.object({ kind: z.literal('send-lag'), p99Ns: ns(), limitNs: ns() }),
  z.object({ kind: z.literal('late-publications'), latestNs: ns(), limitNs: ns() }),
  z.object({
    kind: z.literal('driver-saturated'),
    utilisation: z.number(),
    ceilingShare: z.number().optional().describe('Of what the driver can against a mirror.'),
  }),
  z.object({
    kind: z.literal('arrivals'),
    distance: z.number(),
    limit: z.number(),
    startedPerSec: z.number(),
    plannedPerSec: z.number(),
  }),
  z.object({ kind: z.literal('rate-not-reached'), offeredPerSec: z.number(), achievedPerSec: z.number() }),
  z.object({ kind: z.literal('hiccup'), maxNs: ns() }),
  z.object({ kind: z.literal('load'), cores: z.number(), limitCores: z.number() }),
  z.object({ kind: z.literal('throttled'), periods: z.number(), throttledNs: ns() }),
  z.object({ kind: z.literal('relay-error'), addedNs: ns(), roundTripNs: ns() }),
  z.object({ kind: z.literal('relay-late'), p99Ns: ns(), limitNs: ns() }),
  z.object({ kind: z.literal('gc-pause'), process: z.enum(['endpoint', 'driver']), maxNs: ns() }),
  z.object({ kind: z.literal('not-steady'), driftShare: z.number() }),
  z.object({
    kind: z.literal('driver-bias'),
    metric: z.enum(['service-time.p50', 'service-time.p99']),
    driversNs: ns(),
    probeLowNs: ns(),
    probeHighNs: ns().nullable().describe('null where the probe made too few calls to tell.'),
    limit: z.number(),
  }),
  z.object({
    kind: z.literal('drivers-disagree'),
    metric: z.enum(['response-time.p50', 'service-time.p50', 'delivery.p50']),
    leastNs: ns(),
    mostNs: ns(),
    limit: z.number(),
  }),
]);

const team = z
  .object({
    drivers: z.array(
      z.object({
        clients: z.number(),
        calls: callBooks,
        serviceTime: distribution,
        cpuUs: z.number().describe('User and system.'),
        utilisation: z.number().describe('Of the event loop, 0 … 1.'),
      }),
    ),
    probe: z
      .object({ calls: callBooks, serviceTime: distribution })
      .describe('One client of a process of its own, in none of the sums but the endpoint’s processor time.'),
  })
  .meta({ id: 'Team', description: 'Several drivers of one measurement, each by itself.' });

/** One cell measured once. */
export const measurementSchema = z
  .object({
    cellId: z.string(),
    elapsedNs: ns().describe('Length of the measured window.'),
    warmup: z.object({ elapsedNs: ns(), discardedCalls: z.number(), discardedNotifications: z.number() }),
    calls: callBooks.describe('due = ok + rejected + disconnected + wrong + timedOut + dropped.'),
    notifications: notificationBooks,
    progress: notificationBooks,
    offeredPerSec: z
      .number()
      .nullable()
      .describe('Scripts per second that the schedule asked for; null in a closed loop.'),
    achievedPerSec: z.number().describe('Scripts per second that were completed.'),
    responseTime: distribution.describe('Completed − intended start.'),
    serviceTime: distribution.describe('Completed − sent.'),
    sendLag: distribution.describe('Sent − intended start: the driver’s own lateness.'),
    scriptTime: distribution.describe('Whole scripts, thinking included.'),
    delivery: distribution.describe('Notification published → received.'),
    deliveryFromDue: distribution.describe('Notification due → received.'),
    fanOut: fanOut.nullable().describe('null when nothing was published to anybody.'),
    partMedians: z
      .array(ns().nullable())
      .describe('Medians in ten equal parts of the window; null where one is empty.'),
    bytes: byteBooks,
    sockets: z.number().describe('Open at the end of the window, over all clients.'),
    clients: z.number(),
    within100ms: z.number().nullable().describe('Share of calls answered within 100 ms, 0 … 1; null without calls.'),
    endpoint: z.union([processUse, outsideUse]).nullable().describe('null where nothing is known of the server.'),
    driver: processUse,
    hiccups: z.object({ maxNs: ns(), totalNs: ns() }).describe('What the machine did to an idle process.'),
    arrivals: arrivals.optional(),
    machine: machine.optional(),
    relay: relayLateness.optional(),
    team: team.optional().describe('Where several drivers were asked for.'),
    doubts: z.array(doubt).describe('Reasons to trust the measurement less, or not at all.'),
  })
  .meta({ id: 'Measurement', description: 'One cell measured once.' });
