/** The study `attribution` in a report: for each transport one row and one bar, and whose the differences are. */
import { plain, significant, time, timeWithInterval } from '../../claims/quantity.ts';
import type { PlannedStudy } from '../../scenario/study.ts';
import type { ClientStack } from '../../scenario/variant.ts';
import {
  type Attribution,
  type AttributionStep,
  type Layer,
  LAYERS,
  attributionOf,
  paired,
  seriesOf,
  stackRatios,
  whoseDifference,
} from '../../stats/attribution.ts';
import { estimate } from '../../stats/estimate.ts';
import type { Estimate } from '../../stats/summary.ts';
import { NS_PER_US } from '../../units.ts';
import type { StudyRendering, StudyTable } from './rendering.ts';

const HEADS: Readonly<Record<Layer, string>> = {
  floor: 'floor',
  protocol: 'protocol',
  library: 'library',
  sdk: 'SDK',
  handler: 'handler',
};
/** What a bar is drawn with, from the bottom. */
const INK: Readonly<Record<Layer, string>> = { floor: '░', protocol: '▒', library: '▓', sdk: '█', handler: '·' };
const BAR_LENGTH = 60;
const STACKS: readonly (readonly [part: string, title: string])[] = [
  ['echo', 'bare bytes'],
  ['lean', 'lean'],
  ['stock', 'stock'],
  ['sdk', 'SDK'],
];
const THROUGH: Readonly<Record<ClientStack, string>> = {
  lean: 'lean clients',
  stock: 'stock libraries',
  sdk: 'the SDK',
};

type Arms = PlannedStudy['arms'];

export const render: StudyRendering<'attribution'> = (steps, { arms }) => {
  const rows = arms.flatMap(({ id, title }) => {
    const found = attributionOf(steps, id);
    return found === undefined ? [] : [{ title, found }];
  });
  if (rows.length === 0) return { lines: [], tables: [], notes: [] };
  return {
    lines: [
      'Floor: the bare exchange of as many bytes. Protocol: the lean client less floor and handler. Library: stock less lean. SDK: SDK less stock. Handler: called without a wire, its JSON and the client’s with it.',
      'Differences are taken within each repetition.',
    ],
    tables: [layersTable(rows), barsTable(rows), costTable(steps, arms)],
    notes: [
      ...ratioSentences(steps, arms),
      ...placementNotes(steps, arms),
      ...rows.flatMap(({ title, found }) => sumNote(title, found)),
      ...missing(steps, arms),
      ...doubtNotes(steps),
    ],
  };
};

interface Row {
  readonly title: string;
  readonly found: Attribution;
}

function layersTable(rows: readonly Row[]): StudyTable {
  return {
    caption: 'The median of a call and what it is made of, in µs; ±: the wider half of the interval',
    heads: ['', ...LAYERS.map((layer) => HEADS[layer]), 'call'],
    rows: rows.map(({ title, found: { layers, whole } }) => [
      title,
      ...LAYERS.map((layer) => inMicroseconds(layers[layer])),
      inMicroseconds(whole),
    ]),
  };
}

function inMicroseconds(span: Estimate | undefined): string {
  if (span === undefined) return '–';
  const { value, low, high, values } = span;
  // One repetition has no interval.
  if (values.length < 2) return significant(value / NS_PER_US);
  return `${significant(value / NS_PER_US)} ±${significant(Math.max(high - value, value - low) / NS_PER_US)}`;
}

/** The longest call is as long as a bar can be. */
function barsTable(rows: readonly Row[]): StudyTable {
  const longest = Math.max(...rows.map(({ found }) => found.whole.value));
  const legend = LAYERS.map((layer) => `${INK[layer]} ${HEADS[layer]}`).join('  ');
  return {
    caption: `Drawn: ${legend}`,
    heads: ['', `a full bar is ${time(longest)}`],
    rows: rows.map(({ title, found }) => [title, barOf(found, longest)]),
  };
}

/** Rounded where each layer ends, so that rounding does not add up. */
function barOf({ layers }: Attribution, longestNs: number): string {
  let sum = 0;
  let drawn = 0;
  return LAYERS.map((layer) => {
    sum += Math.max(0, layers[layer]?.value ?? 0);
    const end = Math.round((sum / longestNs) * BAR_LENGTH);
    const part = INK[layer].repeat(Math.max(0, end - drawn));
    drawn = Math.max(drawn, end);
    return part;
  })
    .join('')
    .padEnd(BAR_LENGTH);
}

/** Processor time and bytes of each stack. */
function costTable(steps: readonly AttributionStep[], arms: Arms): StudyTable {
  return {
    caption:
      'Processor time per call, driver + endpoint, and bytes on the wire both ways (lean/stock/SDK where they differ)',
    heads: ['in µs', ...STACKS.map(([, title]) => title), 'bytes'],
    rows: arms.map(({ id, title }) => [
      title,
      ...STACKS.map(([part]) => {
        const asking = middle(seriesOf(steps, { arm: id, part }, ({ driverUs }) => driverUs));
        const answering = middle(seriesOf(steps, { arm: id, part }, ({ endpointUs }) => endpointUs));
        if (asking === undefined) return '–';
        return `${significant(asking)} + ${answering === undefined ? '?' : significant(answering)}`;
      }),
      bytesOf(steps, id),
    ]),
  };
}

const middle = (series: ReadonlyMap<number, number>): number | undefined => estimate([...series.values()])?.value;

/** The same through every stack, or what each has: lean, stock, SDK. */
function bytesOf(steps: readonly AttributionStep[], arm: string): string {
  const all = ['lean', 'stock', 'sdk'].flatMap((part) => {
    const value = middle(seriesOf(steps, { arm, part }, ({ upBytes, downBytes }) => upBytes + downBytes));
    return value === undefined ? [] : [plain(Math.round(value))];
  });
  const different = [...new Set(all)];
  return different.length === 1 ? (different[0] ?? '–') : all.join('/');
}

/** WebSocket against whatever else there is, each ratio with its stack; then whose the difference is. */
function ratioSentences(steps: readonly AttributionStep[], arms: Arms): readonly string[] {
  const base = arms.find(({ variant }) => variant.transport === 'websocket');
  if (base === undefined) return [];
  return arms.flatMap((arm) => {
    if (arm.id === base.id) return [];
    const ratios = stackRatios(steps, arm.id, base.id);
    if (ratios.length === 0) return [];
    const words = ratios.map(
      ({ stack, ratio }) => `${ratioWords(ratio, base.title, arm.title)} through ${THROUGH[stack]}`,
    );
    return [
      `${base.title} and ${arm.title}: ${words.join(', ')}${CONCLUSIONS[whoseDifference(steps, arm.id, base.id)]}.`,
    ];
  });
}

function ratioWords({ value, low, high, values }: Estimate, base: string, other: string): string {
  if (values.length < 2) return `${value.toFixed(2)}× as long over ${other} as over ${base} in one repetition`;
  if (low <= 1 && high >= 1) return `no difference seen [${low.toFixed(2)}–${high.toFixed(2)}]`;
  const [quicker, ...times] = value > 1 ? [base, value, low, high] : [other, 1 / value, 1 / high, 1 / low];
  const [middle, least, most] = times.map((one) => one.toFixed(2));
  return `${quicker} is ${middle}× [${least}–${most}] faster`;
}

const CONCLUSIONS = {
  transport: ': most of the difference is the transport',
  client: ': most of the difference is the client',
  undecided: '; whose the difference is, these repetitions do not tell',
} as const;

/** Of the bare exchange, on two cores and on one: what waking a core costs. */
function placementNotes(steps: readonly AttributionStep[], arms: Arms): readonly string[] {
  const same = steps.flatMap(({ subject, repetition, outcome }) =>
    subject['placement'] === 'same' && outcome.status === 'measured'
      ? [{ arm: subject['arm'] ?? '', repetition, ...outcome.data }]
      : [],
  );
  const [first] = same;
  if (first === undefined) return [];
  const onOne = new Map(same.map(({ repetition, p50Ns }) => [repetition, p50Ns]));
  const apart = seriesOf(steps, { arm: first.arm, part: 'echo' });
  const [one, two] = [estimate([...onOne.values()]), estimate([...apart.values()])];
  const share = paired([apart, onOne], (a = 0, b = 0) => a - b);
  if (one === undefined || two === undefined || share === undefined) return [];
  const where = steps.find(
    ({ subject, outcome }) => subject['placement'] === undefined && outcome.status === 'measured',
  );
  const words = where?.outcome.status === 'measured' ? where.outcome.data.placement : '';
  // Asked for the same core, both are the same.
  if (words === same[0]?.placement) return [];
  const title = arms.find(({ id }) => id === first.arm)?.title ?? first.arm;
  return [
    `Placement: ${words}. The bare exchange of ${title} takes ${timeWithInterval(two)} so, and ${timeWithInterval(one)} with both ends on one core: ${timeWithInterval(share)} of its floor is the waking of cores, which every call waits for.`,
  ];
}

function sumNote(title: string, { restNs, addsUp, whole }: Attribution): readonly string[] {
  if (addsUp) return [];
  return [`${title}: the parts add up to ${time(whole.value - restNs)}, the call takes ${timeWithInterval(whole)}.`];
}

/** Each reason once for each arm. */
function missing(steps: readonly AttributionStep[], arms: Arms): readonly string[] {
  const reasons = steps.flatMap(({ subject, outcome }) => {
    const title = arms.find(({ id }) => id === subject['arm'])?.title ?? 'Handler';
    if (outcome.status === 'measured') return [];
    return [`${title}, ${subject['part'] ?? ''}: ${outcome.status === 'failed' ? outcome.error : outcome.because}`];
  });
  return [...new Set(reasons)];
}

function doubtNotes(steps: readonly AttributionStep[]): readonly string[] {
  const doubted = steps.filter(({ outcome }) => outcome.status === 'measured' && outcome.data.doubts.length > 0);
  if (doubted.length === 0) return [];
  const kinds = new Set(doubted.flatMap(({ outcome }) => (outcome.status === 'measured' ? outcome.data.doubts : [])));
  return [`${doubted.length} of ${steps.length} steps have doubts: ${[...kinds].toSorted().join(', ')}.`];
}
