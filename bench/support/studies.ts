/** Runs a study through the built program, as `run` does, without its command line. */
import { monotonicClock } from '#dist/measure/clock.js';
import type { StudyResult } from '#dist/result/study.js';
import { parseFile } from '#dist/scenario/parse-scenario.js';
import { planSteps } from '#dist/scenario/plan.js';
import type { StudySettings } from '#dist/scenario/study-settings.js';
import type { PlannedStep, PlannedStudy, StudyName, Subject } from '#dist/scenario/study.js';
import { loadStudy } from '#dist/studies/discover.js';
import { runStudies } from '#dist/studies/run-studies.js';
import { seconds } from '#dist/units.js';
import { armsOf } from './arms.js';

export interface StudyRun {
  readonly result: StudyResult;
  readonly subjectOf: (index: number) => Subject;
  readonly repetitionOf: (index: number) => number;
}

/** `scenario` is YAML. Rejects when it is no study. */
export async function measureStudy(scenario: string, seed: number): Promise<StudyRun> {
  const file = parseFile(scenario, 'bench');
  if (file.kind !== 'study') throw new Error('the scenario is a workload');
  const { study, settings, repeats, name, title, shows } = file.draft;
  const chosen = settings as StudySettings[StudyName];
  const arms = file.draft.arms.length === 0 ? [] : await armsOf(file.draft.arms);
  const subjects = (await loadStudy(study)).subjects({ settings: chosen, arms });
  const steps = planSteps(subjects, { repeats, seed });
  const planned: PlannedStudy = {
    name,
    title,
    shows,
    study,
    repeats,
    arms,
    settings: JSON.stringify(settings),
    steps,
  };
  const [result] = await runStudies({
    studies: [planned],
    clock: monotonicClock(),
    readyTimeoutNs: seconds(10),
    signal: new AbortController().signal,
    onStep: () => undefined,
    onResults: () => undefined,
  });
  if (result === undefined) throw new Error('the study had no step');
  const planOf = (index: number): PlannedStep | undefined => steps.find((step) => step.index === index);
  return {
    result,
    subjectOf: (index) => planOf(index)?.subject ?? {},
    repetitionOf: (index) => planOf(index)?.repetition ?? 0,
  };
}
