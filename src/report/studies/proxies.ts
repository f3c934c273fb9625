/** The study `proxies` in a report: matrices of hops and arms, and the lines that tuning took. */
import { plain, time, times } from '../../claims/quantity.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { Arm } from '../../scenario/plan.ts';
import { HOPS, hopKind } from '../../scenario/studies/proxies.ts';
import type { PlannedStudy } from '../../scenario/study.ts';
import { estimate } from '../../stats/estimate.ts';
import { addedNs, callRatio, firstEventNs, hopOutcomes, survivalOutcome } from '../../stats/hop-outcomes.ts';
import type { StudyStep } from '../../stats/study-steps.ts';
import type { StudyRendering, StudyTable } from './rendering.ts';

type Data = StudyData['proxies'];
type Steps = readonly StudyStep<Data>[];

/** Side by side in a terminal. */
const MOST_COLUMNS = 5;
const NOTHING = '–';

export const render: StudyRendering<'proxies'> = (steps, planned) => {
  const measured = measuredOf(steps);
  if (measured.length === 0) return { lines: [], tables: [], notes: [] };
  const groups = inGroups(planned.arms);
  const silenceNs = measured[0]?.data.idle.forNs ?? 0;
  return {
    lines: [
      `pass: a session opens, calls are answered, events arrive. held: they do, but the median takes over ${time(measured[0]?.data.boundNs ?? 0)} (of calls: longer than direct ones). fail: the first of the three that did not.`,
      ...(planned.arms.some(isStreamable) ? ['http stands for streamable-http.'] : []),
    ],
    tables: groups.flatMap((arms) => [
      tableOf('Through it', arms, steps, throughText),
      tableOf(`After a silence of ${time(silenceNs)}: without heartbeats / with them`, arms, steps, silenceText),
      tableOf('First event after its publication', arms, steps, firstEventText),
      tableOf('Added to a call, and times a direct one (difference and ratio of medians)', arms, steps, addedText),
    ]),
    notes: [...hopNotes(steps), ...lineNotes(measured, planned), ...versionNotes(measured), ...LIMITS],
  };
};

const LIMITS = [
  'A hop’s idle timeout is scaled: it stands for the minute (nginx 60 s, HAProxy as Debian has it 50 s) after which real ones cut.',
  'lives: an event and a call came through after the silence, whether the connection held or the client took its stream up again by itself, as Streamable HTTP with sessions does.',
  'A CONNECT proxy is one that the client is told of, on every arm; for the others the client is told nothing but an address.',
];

interface Measured {
  readonly hop: string;
  readonly arm: string;
  readonly data: Data;
}

const measuredOf = (steps: Steps): readonly Measured[] =>
  steps.flatMap(({ subject, outcome }) =>
    outcome.status === 'measured' ? [{ hop: subject['hop'] ?? '', arm: subject['arm'] ?? '', data: outcome.data }] : [],
  );

function inGroups(arms: readonly Arm[]): readonly (readonly Arm[])[] {
  const groups: Arm[][] = [];
  for (let start = 0; start < arms.length; start += MOST_COLUMNS) groups.push(arms.slice(start, start + MOST_COLUMNS));
  return groups;
}

const STREAMABLE = 'streamable-http';
const isStreamable = ({ id }: Arm): boolean => id.startsWith(STREAMABLE);
const shortName = ({ id }: Arm): string => id.replace(STREAMABLE, 'http');

/** In the order in which hops are listed, whatever the order of the steps was. */
function hopsOf(steps: Steps): readonly string[] {
  const seen = new Set(steps.map(({ subject }) => subject['hop'] ?? ''));
  const known = Object.keys(HOPS).filter((hop) => seen.has(hop));
  return [...known, ...[...seen].filter((hop) => hopKind(hop) === undefined)];
}

const titleOf = (hop: string): string => hopKind(hop)?.title ?? hop;

function tableOf(
  caption: string,
  arms: readonly Arm[],
  steps: Steps,
  textOf: (data: readonly Data[]) => string,
): StudyTable {
  return {
    caption,
    heads: ['', ...arms.map(shortName)],
    rows: hopsOf(steps).map((hop) => [
      titleOf(hop),
      ...arms.map(({ id }) => {
        const cell = steps.filter(({ subject }) => subject['hop'] === hop && subject['arm'] === id);
        const data = measuredOf(cell).map((one) => one.data);
        return data.length === 0 ? gapText(cell) : textOf(data);
      }),
    ]),
  };
}

function gapText(cell: Steps): string {
  if (cell.length === 0) return NOTHING;
  return cell.some(({ outcome }) => outcome.status === 'failed') ? 'step failed' : 'not measured';
}

const throughText = (data: readonly Data[]): string => together(data.map(oneThrough));

function oneThrough(data: Data): string {
  const { session, calls, events } = hopOutcomes(data);
  if (session === 'fail') return 'no session';
  if (calls === 'fail') return 'calls fail';
  if (events === 'fail') return 'events fail';
  if (calls === 'held') return events === 'held' ? 'both held' : 'calls held';
  return events === 'held' ? 'events held' : 'pass';
}

const silenceText = (data: readonly Data[]): string =>
  together(
    data.map((one) => {
      const { silent, beating } = one.idle;
      return silent === null ? NOTHING : `${survivalText(silent)} / ${survivalText(beating)}`;
    }),
  );

function survivalText(survival: Data['idle']['silent']): string {
  if (survival === null) return NOTHING;
  return survivalOutcome(survival) === 'pass' ? 'lives' : 'fails';
}

/** What all repetitions say, or each thing that one of them says. */
const together = (texts: readonly string[]): string => [...new Set(texts)].join(', ');

function firstEventText(data: readonly Data[]): string {
  const first = estimate(data.flatMap((one) => firstEventNs(one) ?? []));
  return first === undefined ? NOTHING : time(first.value);
}

function addedText(data: readonly Data[]): string {
  const added = estimate(data.flatMap((one) => addedNs(one) ?? []));
  const ratio = estimate(data.flatMap((one) => callRatio(one) ?? []));
  return added === undefined || ratio === undefined ? NOTHING : `${time(added.value)} ${times(ratio.value)}`;
}

const hopNotes = (steps: Steps): readonly string[] => {
  const known = hopsOf(steps).flatMap((hop) => hopKind(hop) ?? []);
  return known.length === 0 ? [] : [`${known.map(({ title, does }) => `${title}: ${does}`).join('. ')}.`];
};

/** Each set of added lines once, with the arms that took it. */
function lineNotes(measured: readonly Measured[], { arms }: PlannedStudy): readonly string[] {
  const takers = new Map<string, Set<string>>();
  for (const { hop, arm, data } of measured) {
    if (data.addedLines.length === 0) continue;
    const count = data.addedLines.length;
    const text = `${titleOf(hop)}, ${plain(count)} ${count === 1 ? 'line' : 'lines'} beyond bare: ${data.addedLines.join(' ')}`;
    takers.set(text, (takers.get(text) ?? new Set()).add(arm));
  }
  return [...takers]
    .map(
      ([text, ids]) =>
        `${text} (${arms
          .filter(({ id }) => ids.has(id))
          .map(shortName)
          .join(', ')})`,
    )
    .toSorted();
}

function versionNotes(measured: readonly Measured[]): readonly string[] {
  const versions = [...new Set(measured.flatMap(({ data }) => data.program ?? []))].toSorted();
  return versions.length === 0 ? [] : [`Programs: ${versions.join(', ')}.`];
}
