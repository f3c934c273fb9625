/** Carries out the studies of a plan, step by step, each in a process of its own. */
import { ChildError, startChild } from '../child/child.ts';
import { pinProcess } from '../child/pin.ts';
import type { StepOutcome, StepResult, StudyResult } from '../result/study.ts';
import type { StudyData } from '../result/study-data.ts';
import type { PlacementChoice } from '../scenario/placement-choice.ts';
import type { PlannedStep, PlannedStudy, StudyName } from '../scenario/study.ts';
import type { StudySettings } from '../scenario/study-settings.ts';
import { choosePlacement } from '../trial/placement.ts';
import type { StudiesOptions } from '../trial/run-plan.ts';
import { minus } from '../units.ts';
import type { StudyCommands } from './commands.ts';
import { loadStudy } from './discover.ts';

type AnyStep = StepResult<StudyData[StudyName]>;

/** Resolves with what was done when all of it is, or the signal has ended it. Never rejects for what happens in a step. */
export async function runStudies(options: StudiesOptions): Promise<readonly StudyResult[]> {
  const { studies, signal, onResults } = options;
  let results: readonly StudyResult[] = [];
  for (const planned of studies) {
    const steps: AnyStep[] = [];
    for (const step of planned.steps) {
      if (signal.aborted) return results;
      options.onStep(planned, step);
      const result = await runStep(planned, step, options);
      if (result === undefined) return results;
      steps.push(result);
      results = [...results.filter(({ name }) => name !== planned.name), resultOf(planned, [...steps])];
      onResults(results);
    }
  }
  return results;
}

/** That the steps are of this study is the plan's word, which chose the procedure too. */
const resultOf = ({ name, study }: PlannedStudy, steps: readonly AnyStep[]): StudyResult =>
  ({ name, study, steps }) as StudyResult;

/** `undefined` when the interrupt came first. */
async function runStep(
  planned: PlannedStudy,
  step: PlannedStep,
  { clock, readyTimeoutNs, browser, signal, placement, pacing }: StudiesOptions,
): Promise<AnyStep | undefined> {
  const { study: name, arms, settings } = planned;
  const { subject, repetition, seed, index } = step;
  const study = await loadStudy(name);
  const limitNs = study.limitNs({ arms, settings: JSON.parse(settings) as StudySettings[StudyName] }, subject);
  const startedNs = clock.now();
  const child = startChild<StudyCommands>({ name: 'study', program: 'study.js' });
  const onAbort = (): void => void child.end();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const endpointCpu =
      placement === undefined || study.placesItself === true ? undefined : place(child.pid, placement);
    const order = { study: name, subject, arms, settings, repetition, seed, readyTimeoutNs, browser };
    const conditions = { endpointCpu, placement, pacing };
    const outcome = signal.aborted
      ? undefined
      : await child.ask('measure', { ...order, ...conditions }, limitNs).catch(failureOf);
    if (outcome === undefined || signal.aborted) return undefined;
    return { ...outcome, index, elapsedNs: minus(clock.now(), startedNs) };
  } finally {
    signal.removeEventListener('abort', onAbort);
    await child.end();
  }
}

/** Keeps the step's process, and all that it starts, where drivers are; answers where endpoints are to be. */
function place(pid: number, choice: PlacementChoice): number | undefined {
  const placement = choosePlacement(choice);
  if (placement.kind === 'free') return undefined;
  if (!pinProcess(pid, placement.driverCpu)) throw new ChildError('the step could not be pinned to its core');
  return placement.endpointCpu;
}

function failureOf(error: unknown): StepOutcome<StudyData[StudyName]> {
  if (error instanceof ChildError) return { status: 'failed', error: error.message.replace(/^study: /, '') };
  throw error;
}
