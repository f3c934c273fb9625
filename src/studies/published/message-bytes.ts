/** What a message takes on the wire, and what of that is the message. */
import type { StudyData } from '../../result/study-data.ts';
import type { StepOutcome } from '../../result/study.ts';
import type { Variant } from '../../scenario/variant.ts';
import { seconds } from '../../units.ts';
import { openStudySession, startStudyEndpoint } from '../bench.ts';
import type { StepContext } from '../contract.ts';
import { echoText } from './callers.ts';
import type { Push } from './pushes.ts';

type Context = StepContext<'published'>;
type Outcome = StepOutcome<StudyData['published']>;

/** Of the events whose sizes were published. */
const EVENT_BYTES = 117;
const PROMPT_NS = seconds(5);
const CALL_NS = seconds(10);
/** The first calls open connections. */
const DISCARDED = 5;

export const countPushBytes =
  (push: Push) =>
  async ({ settings }: Context): Promise<Outcome> => {
    const wireBytes = await push(settings.events, 'x'.repeat(EVENT_BYTES));
    const bytes = { messages: settings.events, wireBytes, payloadBytes: settings.events * EVENT_BYTES };
    return { status: 'measured', data: { timesNs: [], bytes, waitedNs: [] } };
  };

/** Client to server: MCP calls, of which the server's counters tell wire and message apart. */
export const countCallBytes =
  (variant: Variant) =>
  async ({ settings, ...context }: Context): Promise<Outcome> => {
    const endpoint = await startStudyEndpoint({ ...context, variant });
    try {
      const session = await openStudySession({ ...endpoint, variant, clock: context.clock, timeoutNs: CALL_NS });
      const callTimes = async (calls: number): Promise<void> => {
        for (let call = 0; call < calls; call += 1) {
          await session.client.request('tools/call', { name: 'echo', arguments: { text: echoText(call) } });
        }
      };
      await callTimes(DISCARDED);
      await endpoint.ask('begin', { stall: undefined, startNs: context.clock.now() }, PROMPT_NS);
      await callTimes(settings.events);
      const { wire, payloadUp, messagesUp } = await endpoint.ask('read', undefined, PROMPT_NS);
      await session.close();
      if (messagesUp !== settings.events) throw new Error(`${messagesUp} of ${settings.events} messages arrived`);
      const bytes = { messages: messagesUp, wireBytes: wire.upBytes, payloadBytes: payloadUp };
      return { status: 'measured', data: { timesNs: [], bytes, waitedNs: [] } };
    } finally {
      await endpoint.end();
    }
  };
