/** One client with streams to several servers: what they take, behind one origin or at several, and whether a busy one disturbs a quiet one. */
import type { StudyData } from '../../result/study-data.ts';
import type { Arm } from '../../scenario/plan.ts';
import type { Subject } from '../../scenario/study.ts';
import type { Variant } from '../../scenario/variant.ts';
import { nanoseconds, seconds } from '../../units.ts';
import type { StepContext, Study, StudyOrder } from '../contract.ts';
import { unheard, unreachable } from '../reachable.ts';
import { measureHog } from './hog.ts';
import { startOrigins } from './origins.ts';
import { measureStreams } from './streams.ts';

type Order = StudyOrder<'multi-server'>;
type Layout = 'sessions' | 'topics';

/** Where the servers are, and whether each stream is a session: what is looked at of every arm. */
const PLACES: readonly { readonly origins: 'one' | 'several'; readonly layout: Layout }[] = [
  { origins: 'one', layout: 'sessions' },
  { origins: 'several', layout: 'sessions' },
  { origins: 'several', layout: 'topics' },
];
/** With several origins a quiet stream and a topic of its own session would be the same as with one. */
const HOG_PLACES: typeof PLACES = [
  { origins: 'one', layout: 'sessions' },
  { origins: 'several', layout: 'sessions' },
  { origins: 'one', layout: 'topics' },
];
const LIMIT_NS = seconds(90);
/** A window with its lead, and what waits for it at the worst. */
const MOST_BESIDE_WINDOW_NS = seconds(4);
const CONDITIONS = 3;

export const study: Study<'multi-server'> = {
  name: 'multi-server',
  subjects: ({ arms, settings }) =>
    arms.flatMap(({ id: arm }) => [
      ...PLACES.flatMap((place) => settings.streams.map((streams) => ({ arm, ...place, streams: String(streams) }))),
      ...HOG_PLACES.map((place) => ({ arm, ...place, hog: 'yes' })),
    ]),
  limitNs: ({ settings }, { hog }) =>
    nanoseconds(
      LIMIT_NS + (hog === undefined ? 0 : settings.rounds * CONDITIONS * (settings.window + MOST_BESIDE_WINDOW_NS)),
    ),
  measure: async (subject, context) => {
    const { variant } = armOf(subject['arm'], context);
    const obstacle = (await unreachable(variant)) ?? (await unheard(variant));
    return obstacle ?? { status: 'measured', data: await measureSubject(subject, variant, context) };
  },
};

async function measureSubject(
  { origins: place, layout: word, streams, hog }: Subject,
  variant: Variant,
  context: StepContext<'multi-server'>,
): Promise<StudyData['multi-server']> {
  const { settings, clock, seed } = context;
  const layout: Layout = word === 'topics' ? 'topics' : 'sessions';
  const origins = await startOrigins(variant, place === 'one' ? 1 : settings.servers, context);
  try {
    if (hog !== undefined) {
      const rounds = await measureHog({ origins, layout, settings, clock, seed });
      return { streams: null, rounds: [...rounds] };
    }
    const order = { origins, layout, servers: settings.servers, perServer: Number(streams), clock, seed };
    return { streams: await measureStreams(order), rounds: null };
  } finally {
    await origins.end();
  }
}

function armOf(id: string | undefined, { arms }: Order): Arm {
  const found = arms.find((arm) => arm.id === id);
  if (found === undefined) throw new Error(`there is no arm ${String(id)}`);
  return found;
}
