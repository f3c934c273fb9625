/** The studies of a run as a report shows them, before any format. */
import { time } from '../claims/quantity.ts';
import type { StudyData } from '../result/study-data.ts';
import type { PlannedStudy, StudyName } from '../scenario/study.ts';
import { type StudyStep, studySteps } from '../stats/study-steps.ts';
import type { Summary } from '../stats/summary.ts';
import { STUDY_RENDERINGS } from './studies/all.ts';
import type { StudyRendering, StudySection } from './studies/rendering.ts';

/** Of every study of which a step was done, in the order of the plan. */
export const studySections = ({ record }: Summary): readonly StudySection[] =>
  record.plan.studies.flatMap((planned) => {
    const steps = studySteps(record, planned.study, planned.name);
    return steps.length === 0 ? [] : [sectionOf(planned, steps)];
  });

function sectionOf(planned: PlannedStudy, steps: readonly StudyStep<StudyData[StudyName]>[]): StudySection {
  // The steps are of the study that names the rendering.
  const render = STUDY_RENDERINGS[planned.study] as StudyRendering<StudyName>;
  const { name, title } = planned;
  const { lines, tables, notes } = render(steps, planned);
  return { name, title, lines, tables, notes: [...notes, ...relayNotes(steps), ...gapNotes(steps)] };
}

/** What emulated networks added of their own, at worst. */
function relayNotes(steps: readonly StudyStep<StudyData[StudyName]>[]): readonly string[] {
  const checks = steps.flatMap(({ outcome }) => (outcome.status === 'measured' ? (outcome.relay ?? []) : []));
  const [worst] = checks.toSorted((a, b) => Math.abs(b.addedP50Ns) - Math.abs(a.addedP50Ns));
  if (worst === undefined) return [];
  return [
    `networks are emulated by a relay, which by its own ping added up to ${time(worst.addedP50Ns)} to a round trip of ${time(worst.roundTripNs)}`,
  ];
}

/** Every reason once, with how many steps it befell. */
function gapNotes(steps: readonly StudyStep<StudyData[StudyName]>[]): readonly string[] {
  const reasons = new Map<string, number>();
  for (const { outcome } of steps) {
    if (outcome.status === 'measured') continue;
    const text =
      outcome.status === 'failed'
        ? `failed: ${outcome.error}`
        : `not measured: ${outcome.because}; would take: ${outcome.wouldAnswer}`;
    reasons.set(text, (reasons.get(text) ?? 0) + 1);
  }
  return [...reasons].map(([text, count]) => `${count} of ${steps.length} steps ${text}`);
}
