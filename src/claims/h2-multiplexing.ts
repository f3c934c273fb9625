/** Prose: whether one connection can stand for many. */
import type { Arm } from '../scenario/plan.ts';
import type { StudyData } from '../result/study-data.ts';
import { type Aspect, type HogFound, type StreamsFound, hogsFound, streamsFound } from '../stats/multi-server.ts';
import type { StudyStep } from '../stats/study-steps.ts';
import type { Comparison, Summary } from '../stats/summary.ts';
import { type StudyEvidence, defineStudyClaim } from './define-study.ts';
import { count, plain, size, time, times, timesWithInterval } from './quantity.ts';
import { type Part, everyTruth, isNotWorse, verdictOf } from './verdict.ts';

type Evidence = StudyEvidence<'multi-server'>;

export const h2Multiplexing = defineStudyClaim({
  kind: 'prose',
  id: 'h2-multiplexing',
  label: 'HTTP/2 multiplexing',
  claimed: 'One HTTP/2 connection carries many SSE streams, so holding streams to several servers is cheap.',
  rule:
    'Over HTTP/2: true of streams to one origin if any number of them takes one socket, of streams to several origins if they take one too, ' +
    'and of a quiet stream if a busy neighbour on its connection slows neither its calls nor its events by more than 5 % beyond what the same neighbour does on a connection of its own. ' +
    'How much slower it is than without a neighbour is shown; that is the work of one machine and does not decide.',
  study: 'multi-server',
  wouldAnswer:
    'run multi-server: 1, 10 and 100 streams of three servers over HTTP/1.1, HTTP/2 and WebSocket, and a busy neighbour',
  measure: (evidence) => {
    const { sse, websocket, h2 } = armsOf(evidence);
    return {
      sse: linesOf(evidence, sse),
      websocket: linesOf(evidence, websocket),
      others: Object.fromEntries(h2.map((arm) => [arm.title, linesOf(evidence, arm)])),
    };
  },
  judge: (evidence) => {
    const { h2 } = armsOf(evidence);
    const parts = h2.flatMap((arm) => partsOf(evidence, arm, h2.length > 1 ? ` (${arm.title})` : ''));
    return parts.length === 0 ? undefined : verdictOf(parts);
  },
});

interface Arms {
  readonly sse: Arm | undefined;
  readonly websocket: Arm | undefined;
  readonly h2: readonly Arm[];
}

/** Those that the study looked at: by what they speak, not by what they are called. */
function armsOf({ summary }: Evidence): Arms {
  const arms = plannedArms(summary);
  const plain = arms.filter(({ variant }) => variant.http !== '2');
  return {
    sse: plain.find(({ variant }) => variant.transport === 'sse'),
    websocket: plain.find(({ variant }) => variant.transport === 'websocket'),
    h2: arms.filter(({ variant }) => variant.http === '2'),
  };
}

const plannedArms = ({ record }: Summary): readonly Arm[] =>
  record.plan.studies.flatMap(({ study, arms }) =>
    study === 'multi-server' ? arms.filter(({ variant }) => variant.network === 'lo') : [],
  );

/** The evidence in the shape that the statistics read. */
const stepsOf = ({ steps }: Evidence): readonly StudyStep<StudyData['multi-server']>[] =>
  steps.map(({ data, ...step }) => ({ ...step, outcome: { status: 'measured', data } }));

function partsOf(evidence: Evidence, arm: Arm, suffix: string): readonly Part[] {
  const streams = streamsFound(stepsOf(evidence)).filter(
    ({ armId, layout }) => armId === arm.id && layout === 'sessions',
  );
  const hog = hogsFound(stepsOf(evidence)).find(
    ({ armId, origins, layout }) => armId === arm.id && origins === 'one' && layout === 'sessions',
  );
  const named = (part: Part | undefined): readonly Part[] =>
    part === undefined ? [] : [{ ...part, of: `${part.of}${suffix}` }];
  return [
    ...named(
      socketsPart(
        'streams to one origin',
        streams.filter(({ origins }) => origins === 'one'),
      ),
    ),
    ...named(
      socketsPart(
        'streams to several origins',
        streams.filter(({ origins }) => origins === 'several'),
      ),
    ),
    ...named(hog === undefined ? undefined : quietPart(hog)),
  ];
}

/** One stream takes one socket whatever it is: from it alone nothing follows. */
function socketsPart(of: string, found: readonly StreamsFound[]): Part | undefined {
  const most = found.toSorted((a, b) => b.streams - a.streams)[0];
  if (most === undefined) return undefined;
  const holds = most.streams > 1 ? found.every(({ sockets }) => sockets === 1) : undefined;
  return { of, holds, seen: `${count(most.streams, 'stream')} over ${count(most.sockets, 'socket')}` };
}

function quietPart(hog: HogFound): Part {
  const { besideToAlone, besideToApart, missing } = hog;
  const holds = missing > 0 ? false : everyTruth([isNotWorse(besideToApart.calls), isNotWorse(besideToApart.events)]);
  const sharing = `sharing the connection, p${hog.share * 100} of its calls ${ratio(besideToApart.calls)}, of its events ${ratio(besideToApart.events)}`;
  const alone = `against no neighbour ${point(besideToAlone.calls)} and ${point(besideToAlone.events)}`;
  const lost = missing === 0 ? '' : `, ${count(missing, 'answer or event', 'answers or events')} missing`;
  return { of: 'a quiet stream beside a busy one', holds, seen: `${sharing}; ${alone}${lost}` };
}

const ratio = (comparison: Comparison | undefined): string =>
  comparison === undefined
    ? '?'
    : timesWithInterval({ value: comparison.ratio, low: comparison.low95, high: comparison.high95 });

const point = (comparison: Comparison | undefined): string =>
  comparison === undefined ? '?' : times(comparison.ratio);

function linesOf(evidence: Evidence, arm: Arm | undefined): readonly string[] {
  if (arm === undefined) return [];
  const streams = streamsFound(stepsOf(evidence)).filter(({ armId }) => armId === arm.id);
  const hog = hogsFound(stepsOf(evidence)).find(
    ({ armId, origins, layout }) => armId === arm.id && origins === 'one' && layout === 'sessions',
  );
  return [...socketLines(streams), ...(hog === undefined ? [] : [quietLine(hog, 'calls')])];
}

/** Of the largest number of streams. */
function socketLines(found: readonly StreamsFound[]): readonly string[] {
  const most = Math.max(...found.map(({ streams }) => streams));
  const at = (origins: StreamsFound['origins'], layout: StreamsFound['layout']): StreamsFound | undefined =>
    found.find((one) => one.streams === most && one.origins === origins && one.layout === layout);
  const [one, several, topics] = [at('one', 'sessions'), at('several', 'sessions'), at('several', 'topics')];
  return [
    one &&
      `${count(one.streams, 'stream')} of one origin: ${count(one.sockets, 'socket')}, ${size(one.bytes / one.streams)} each to open`,
    several &&
      `of several origins: ${count(several.sockets, 'socket')}${topics === undefined ? '' : `, ${plain(topics.sockets)} as topics of ${count(topics.sessions, 'session')}`}`,
  ].filter((line) => line !== undefined);
}

const quietLine = ({ quantileNs, share }: HogFound, aspect: Aspect): string =>
  `quiet ${aspect} p${share * 100}: ${time(quantileNs.alone[aspect])} alone, ${time(quantileNs.beside[aspect])} beside a busy one, ${time(quantileNs.apart[aspect])} apart from it`;
