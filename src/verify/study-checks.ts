/** Inner books of the studies: counts of one step that follow from each other. The reading of a record knows little more than their shape. */
import { decodeHistogram } from '../measure/histogram.ts';
import type { Distribution } from '../result/record.ts';
import type { StepResult, StudyResult } from '../result/study.ts';
import type { StudyData } from '../result/study-data.ts';
import type { Place } from '../scenario/scenario-error.ts';
import { atLeast, atMost, type Contradiction, equals, type Rule } from './contradiction.ts';

/** A contradiction within one step. */
interface StepContradiction extends Contradiction {
  /** From the study to the step's data. */
  readonly place: Place;
}

/** Every contradiction in the steps of a study that were measured. */
export function studyContradictions(study: StudyResult): readonly StepContradiction[] {
  switch (study.study) {
    case 'binary':
      return brokenRules(study.steps, binaryRules);
    case 'connection-limits':
      return brokenRules(study.steps, limitRules);
    case 'knee':
      return brokenRules(study.steps, kneeRules);
    case 'listeners':
      return brokenRules(study.steps, listenerRules);
    case 'multi-server':
      return brokenRules(study.steps, multiServerRules);
    case 'proxies':
      return brokenRules(study.steps, proxyRules);
    case 'reconnect':
      return brokenRules(study.steps, reconnectRules);
    case 'connect':
      return brokenRules(study.steps, connectRules);
    case 'attribution':
    case 'published':
      // Medians and lists of times, and bytes that may be compressed: nothing in a step counts them again.
      return [];
  }
}

function brokenRules<D>(
  steps: readonly StepResult<D>[],
  rulesOf: (data: D) => readonly Rule[],
): readonly StepContradiction[] {
  return steps.flatMap((step, at) =>
    step.status === 'measured'
      ? rulesOf(step.data)
          .filter(({ holds }) => !holds)
          .map((rule) => ({ ...rule, place: ['steps', at, 'data'] }))
      : [],
  );
}

const binaryRules = ({ transfers, timesNs }: StudyData['binary']): readonly Rule[] => [
  equals('timesNs', timesNs.length, transfers, 'one for each transfer'),
];

const limitRules = ({ asked, opened, limit }: StudyData['connection-limits']): readonly Rule[] => [
  atMost('opened', opened, asked, 'as many as were asked for'),
  ...(limit.kind === 'none' ? [equals('opened', opened, asked, 'since nothing stopped it')] : []),
];

const kneeRules = ({ probes, lowPerSec, highPerSec }: StudyData['knee']): readonly Rule[] => [
  ...probes.flatMap(({ calls: { due, ok, rejected, disconnected, wrong, timedOut, dropped }, answer, why }, at) => [
    equals(
      `probes[${at}].calls.due`,
      due,
      ok + rejected + disconnected + wrong + timedOut + dropped,
      'all that became of them',
    ),
    ...(answer === 'ok' ? [equals(`probes[${at}].calls.ok`, ok, due, 'since the limit was kept')] : []),
    equals(`probes[${at}].why`, why === '' ? 0 : 1, answer === 'ok' ? 0 : 1, 'a reason unless the limit was kept'),
  ]),
  ...(lowPerSec === null || highPerSec === null
    ? []
    : [atMost('lowPerSec', lowPerSec, highPerSec, 'the lowest rate that was not sustained')]),
];

type Arrivals = Pick<StudyData['listeners']['receiving'], 'published' | 'delivered' | 'lost' | 'delivery'>;

const arrivalRules = (key: string, { published, delivered, lost, delivery }: Arrivals): readonly Rule[] => [
  equals(`${key}.published`, published, delivered + lost, 'delivered and lost'),
  equals(
    `${key}.delivery`,
    delivery === null ? 0 : 1,
    delivered === 0 ? 0 : 1,
    'since it is null without arrivals alone',
  ),
  ...(delivery === null
    ? []
    : [
        atLeast(`${key}.delivery.p99Ns`, delivery.p99Ns, delivery.p50Ns, 'the median'),
        atLeast(`${key}.delivery.maxNs`, delivery.maxNs, delivery.p99Ns, 'the 99th percentile'),
      ]),
];

const listenerRules = ({ receiving, cutOff }: StudyData['listeners']): readonly Rule[] => [
  ...arrivalRules('receiving', receiving),
  ...(cutOff === null
    ? []
    : [...arrivalRules('cutOff.cut', cutOff.cut), ...arrivalRules('cutOff.others', cutOff.others)]),
];

const multiServerRules = ({ streams, rounds }: StudyData['multi-server']): readonly Rule[] => [
  ...(streams === null
    ? []
    : [
        equals('streams.firstEventNs', streams.firstEventNs.length, streams.streams, 'one for each stream'),
        atMost('streams.delivered', streams.delivered, streams.published, 'as many as were published'),
      ]),
  ...(rounds ?? []).flatMap((round, at) => [
    equals(`rounds[${at}].callsNs.count`, countOf(round.callsNs), round.due - round.failed, 'due and not failed'),
    equals(
      `rounds[${at}].deliveryNs.count`,
      countOf(round.deliveryNs),
      round.published - round.lost,
      'published and not lost',
    ),
  ]),
];

/** Of the histogram itself; NaN, which equals nothing, for one that is damaged or is not what is said beside it. */
function countOf(distribution: {
  readonly [K in keyof Distribution]: Distribution[K] extends string ? string : number;
}): number {
  try {
    return decodeHistogram(distribution as Distribution).count;
  } catch {
    return Number.NaN;
  }
}

const proxyRules = ({ calls, events }: StudyData['proxies']): readonly Rule[] => [
  atMost('calls.hopNs', calls.hopNs.length, calls.asked, 'as many as were asked'),
  atMost('calls.directNs', calls.directNs.length, calls.asked, 'as many as were asked'),
  ...(calls.error === null && calls.hopNs.length + calls.directNs.length > 0
    ? [equals('calls.hopNs', calls.hopNs.length, calls.directNs.length, 'as many as went directly')]
    : []),
  equals('events.delaysNs', events.delaysNs.length, events.published, 'one for each event'),
];

/** The books themselves balance, or the record would not have been read. */
const reconnectRules = ({ cuts, books }: StudyData['reconnect']): readonly Rule[] => [
  atMost('books.published', books.published, books.due - books.withheld, 'due and not withheld'),
  ...cuts.flatMap((cut, at) => [
    equals(
      `cuts[${at}].firstEventNs`,
      cut.firstEventNs === null ? 0 : 1,
      cut.back ? 1 : 0,
      'since it is null unless events came again',
    ),
    equals(
      `cuts[${at}].session`,
      cut.session === 'lost' ? 0 : 1,
      cut.back ? 1 : 0,
      'since it is lost unless events came again',
    ),
  ]),
];

const connectRules = ({ connecting }: StudyData['connect']): readonly Rule[] =>
  (connecting === null ? [] : [connecting.cold, ...connecting.warm]).map(({ readyNs, firstResultNs }, at) =>
    atLeast(
      `connecting.${at === 0 ? 'cold' : `warm[${at - 1}]`}.firstResultNs`,
      firstResultNs,
      readyNs,
      'when a tool could be called',
    ),
  );
