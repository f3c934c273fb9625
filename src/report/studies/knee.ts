/** The study `knee` in a report: the highest rate that each arm sustains, and the curve on the way there. */
import { count, percent, plain, rate, time } from '../../claims/quantity.ts';
import type { StudyData } from '../../result/study-data.ts';
import { kneeLimitText, quantileName } from '../../scenario/knee-limit.ts';
import type { StudySettings } from '../../scenario/study-settings.ts';
import { busyAtHigh, curveOf, kneeOf } from '../../stats/knee.ts';
import type { StudyRendering, StudyTable } from './rendering.ts';

type Data = StudyData['knee'];

interface ArmSteps {
  readonly title: string;
  readonly steps: readonly Data[];
}

const ENDINGS: Readonly<Record<Data['ending'], string>> = {
  confirmed: '',
  unconfirmed: 'not confirmed: at 95 % of it the limit broke in two of five probes, three times over',
  'never-kept': 'not even the lowest rate kept the limit',
  'always-kept': 'the highest rate that may be tried still kept the limit; raise most in the scenario file',
  'out-of-bounds':
    'the search ended before its end, for want of time or probes, and so before the curve; run it without --quick, or raise budget or probes in a copy of scenarios/knee.yaml',
};

export const render: StudyRendering<'knee'> = (all, planned) => {
  // The plan's own text, which came from the study's own schema.
  const settings = JSON.parse(planned.settings) as StudySettings['knee'];
  const byArm = planned.arms
    .map(({ id, title }) => ({
      title,
      steps: all.flatMap(({ subject, outcome }) =>
        subject['arm'] === id && outcome.status === 'measured' ? [outcome.data] : [],
      ),
    }))
    .filter(({ steps }) => steps.length > 0);
  const [first] = byArm.flatMap(({ steps }) => steps);
  if (first === undefined) return { lines: [], tables: [], notes: [] };
  return {
    lines: [
      `Sustained: ${kneeLimitText(settings.limit)} from when calls were due, no failures, 98 % completed, in two of three probes.`,
      `Every probe: fresh processes, ${count(settings.clients, 'client')}, ${settings.arrivals} arrivals, pacing ${first.pacing}; ${first.placement}.`,
    ],
    tables: [kneeTable(byArm), ...curveTables(byArm, settings)],
    notes: byArm.flatMap((arm) => [...endingNotes(arm), ...driverNotes(arm), ...failureNotes(arm)]),
  };
};

/** A search that ended before its end has a rate that it came to, and none that a ratio could be made of. */
const isFound = (steps: readonly Data[]): boolean => steps.every(({ ending }) => ending === 'confirmed');

function kneeTable(byArm: readonly ArmSteps[]): StudyTable {
  const [base] = byArm;
  const against = base === undefined ? undefined : kneeOf(base.steps);
  return {
    caption: 'Calls a second, and the next rate that was not sustained; how busy both ends were there',
    heads: ['', 'sustained', 'not', '÷ first', 'endpoint', 'driver', 'probes'],
    rows: byArm.map(({ title, steps }) => {
      const knee = kneeOf(steps);
      const busy = busyAtHigh(steps);
      const probes = steps.reduce((sum, step) => sum + step.probes.length, 0);
      return [
        title,
        knee === undefined ? '–' : `${isFound(steps) ? '' : '≈ '}${rate(knee.perSec)}`,
        knee?.highPerSec === undefined || knee.highPerSec === null ? '–' : rate(knee.highPerSec),
        knee === undefined || against === undefined || ![base?.steps ?? [], steps].every(isFound)
          ? '–'
          : `${(knee.perSec / against.perSec).toFixed(2)}×`,
        busy === null || busy.endpoint === null ? '–' : percent(busy.endpoint),
        busy === null ? '–' : percent(busy.driver),
        plain(probes),
      ];
    }),
  };
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** One line for each arm whose curve was measured. */
function curveTables(byArm: readonly ArmSteps[], { limit }: StudySettings['knee']): readonly StudyTable[] {
  const name = quantileName(limit.share);
  const curves = byArm.map(({ title, steps }) => ({
    title,
    points: curveOf(steps, (probe) => ({ p50: probe.p50Ns, p90: probe.p90Ns, p99: probe.p99Ns })[name] ?? null),
  }));
  const shares = [...new Set(curves.flatMap(({ points }) => points.map(({ share }) => share)))].toSorted(
    (a, b) => a - b,
  );
  if (shares.length === 0) return [];
  return [
    {
      caption: `${name} of response times at a share of what each sustains, and drawn (a full bar is the limit)`,
      heads: ['', ...shares.map((share) => percent(share)), ''],
      rows: curves
        .filter(({ points }) => points.length > 0)
        .map(({ title, points }) => [
          title,
          ...shares.map((share) => {
            const point = points.find((one) => one.share === share);
            return point === undefined ? '–' : time(point.valueNs);
          }),
          points.map(({ valueNs }) => barOf(valueNs / limit.atMostNs)).join(''),
        ]),
    },
  ];
}

/** Of a share of the limit, which a probe of the curve may exceed. */
const barOf = (share: number): string =>
  BARS[Math.min(BARS.length - 1, Math.max(0, Math.ceil(share * BARS.length) - 1))] ?? '';

const endingNotes = ({ title, steps }: ArmSteps): readonly string[] =>
  steps.filter(({ ending }) => ending !== 'confirmed').map(({ ending }) => `${title}: ${ENDINGS[ending]}`);

/** From here on an event loop has hardly anything left, as for the doubt `driver-saturated`. */
const FULL = 0.7;

/** Where the driver is what is full, what was found is the driver's. */
function driverNotes({ title, steps }: ArmSteps): readonly string[] {
  const busy = busyAtHigh(steps);
  if (busy === null || busy.endpoint === null || busy.driver <= Math.max(FULL, busy.endpoint)) return [];
  return [
    `${title}: where the limit broke, the driver was the busier end (${percent(busy.driver)}, endpoint ${percent(busy.endpoint)}): this is how far the driver gets, and the endpoint may sustain more`,
  ];
}

const failureNotes = ({ title, steps }: ArmSteps): readonly string[] => {
  const failures = steps.flatMap((step) => step.failures);
  return failures.length === 0 ? [] : [`${title}: ${count(failures.length, 'probe')} made again: ${failures[0] ?? ''}`];
};
