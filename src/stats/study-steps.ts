/** The steps of a study, each with what it was about: what claims and reports read. */
import type { RunRecord } from '../result/record.ts';
import type { StepOutcome, StepResult, StudyResult } from '../result/study.ts';
import type { StudyData } from '../result/study-data.ts';
import type { PlannedStep, StudyName, Subject } from '../scenario/study.ts';

/** A step with what it was about. */
export interface StudyStep<D> {
  /** Of the scenario. */
  readonly scenario: string;
  readonly subject: Subject;
  readonly repetition: number;
  readonly outcome: StepOutcome<D>;
}

/** The steps of a study that were done, over all scenarios that are this study; of one scenario alone where it is named. */
export function studySteps<N extends StudyName>(
  { plan, studies }: RunRecord,
  study: N,
  scenario?: string,
): readonly StudyStep<StudyData[N]>[] {
  return studies
    .filter((one): one is Extract<StudyResult, { readonly study: N }> => one.study === study)
    .filter(({ name }) => scenario === undefined || name === scenario)
    .flatMap(({ name, steps }) => {
      const planned = new Map(plan.studies.find((one) => one.name === name)?.steps.map((step) => [step.index, step]));
      return steps.flatMap((step) => joined(name, planned.get(step.index), step as StepResult<StudyData[N]>));
    });
}

function joined<D>(scenario: string, planned: PlannedStep | undefined, step: StepResult<D>): readonly StudyStep<D>[] {
  if (planned === undefined) return [];
  return [{ scenario, subject: planned.subject, repetition: planned.repetition, outcome: step }];
}
