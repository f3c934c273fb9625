/** Runs the study of listeners through the built program, as `run` does, without its command line. */
import { monotonicClock } from '#dist/measure/clock.js';
import { planSteps } from '#dist/scenario/plan.js';
import { STUDY_SETTINGS } from '#dist/scenario/study-settings.js';
import type { PlannedStudy } from '#dist/scenario/study.js';
import type { ListenersStep } from '#dist/stats/listeners.js';
import { runStudies } from '#dist/trial/run-studies.js';
import { seconds } from '#dist/units.js';
import { armsOf } from './arms.js';

export interface ListenersOptions {
  /** A word. */
  readonly arm: string;
  readonly connections: readonly number[];
  readonly repeats: number;
  readonly seed: number;
}

/** Rejects with what the first step said that was not measured. */
export async function listenerSteps({ arm, connections, repeats, seed }: ListenersOptions): Promise<ListenersStep[]> {
  const settings = STUDY_SETTINGS.listeners.parse({ connections, receive: '200ms', idle: '100ms' });
  const subjects = connections.map((count) => ({ arm, connections: String(count) }));
  const steps = planSteps(subjects, { repeats, seed });
  const planned: PlannedStudy = {
    name: 'bench',
    title: 'Bench',
    shows: 'that the tool tells the truth',
    study: 'listeners',
    repeats,
    arms: await armsOf([arm]),
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
  if (result?.study !== 'listeners') throw new Error('the study of listeners was not run');
  return result.steps.map((step, at) => {
    if (step.status !== 'measured') throw new Error(`a step with listeners: ${JSON.stringify(step)}`);
    return {
      scenario: 'bench',
      subject: steps[at]?.subject ?? {},
      repetition: steps[at]?.repetition ?? 0,
      data: step.data,
    };
  });
}
