/** What open connections cost an endpoint: memory and processor time over a growing number of listeners, idle and receiving. */
import type { StudyData } from '../../result/study-data.ts';
import type { StepOutcome } from '../../result/study.ts';
import type { Variant } from '../../scenario/variant.ts';
import { loadTransport } from '../../transports/discover.ts';
import { milliseconds, nanoseconds, seconds } from '../../units.ts';
import { startStudyEndpoint } from '../bench.ts';
import type { Study } from '../contract.ts';
import { ListenersStep } from './step.ts';

/** Processes, the warm-up, and what is waited for at most. */
const BASE_NS = seconds(40);
/** To connect one listener, on a machine that is busy, and to let it go. */
const EACH_NS = milliseconds(60);
const RESTS = 6;

export const study: Study<'listeners'> = {
  name: 'listeners',
  subjects: ({ arms, settings }) =>
    arms.flatMap(({ id }) => settings.connections.map((count) => ({ arm: id, connections: String(count) }))),
  limitNs: ({ settings: { settle, idle, receive, cut = nanoseconds(0) } }, subject) =>
    nanoseconds(BASE_NS + RESTS * settle + idle + receive + cut + Number(subject['connections']) * EACH_NS),
  measure: async (subject, context) => {
    const arm = context.arms.find(({ id }) => id === subject['arm']);
    if (arm === undefined) throw new Error(`there is no arm ${subject['arm']} in this study`);
    const unfit = await whyUnfit(arm.variant);
    if (unfit !== undefined) return unfit;
    const { variant } = arm;
    const { seed, readyTimeoutNs, endpointCpu } = context;
    const endpoint = await startStudyEndpoint({ variant, seed, readyTimeoutNs, endpointCpu });
    try {
      return await new ListenersStep({
        variant,
        listeners: Number(subject['connections']),
        endpoint,
        context,
      }).measure();
    } finally {
      await endpoint.end();
    }
  },
};

/** An arm that has no one endpoint to which many connect, or that this study would not drive as it says. */
async function whyUnfit(variant: Variant): Promise<StepOutcome<StudyData['listeners']> | undefined> {
  const { title, capabilities } = await loadTransport(variant.transport);
  const because =
    capabilities.has('client-spawns') || !capabilities.has('own-process')
      ? `over ${title} there is no one process that many listeners connect to`
      : variant.client === 'sdk'
        ? 'this study drives with clients of the tool’s own, not with the SDK’s'
        : undefined;
  return because === undefined
    ? undefined
    : {
        status: 'not-measured',
        because,
        wouldAnswer: 'an arm with a socket and a client of the tool’s own, like sse or websocket+lean',
      };
}
