/**
 * All that the bench knows about a study: what it looks at, and how one of these is measured once. One folder per study
 * exports this from its `index.ts`. A study carries out and writes down; what its numbers mean is `claims/`'s and
 * `report/`'s business.
 */
import type { Clock } from '../measure/clock.ts';
import type { StepOutcome } from '../result/study.ts';
import type { StudyData } from '../result/study-data.ts';
import type { Pacing } from '../scenario/pacing.ts';
import type { PlacementChoice } from '../scenario/placement-choice.ts';
import type { Arm } from '../scenario/plan.ts';
import type { StudyName, Subject } from '../scenario/study.ts';
import type { StudySettings } from '../scenario/study-settings.ts';
import type { Nanoseconds } from '../units.ts';

/** What was asked of a study. */
export interface StudyOrder<N extends StudyName> {
  readonly settings: StudySettings[N];
  /** The ways of speaking MCP that were chosen; empty where the scenario names none. */
  readonly arms: readonly Arm[];
}

/** What a step is handed besides its subject. */
export interface StepContext<N extends StudyName> extends StudyOrder<N> {
  readonly repetition: number;
  /** The same for every subject of a repetition. */
  readonly seed: number;
  /** How long an endpoint may take to be ready. */
  readonly readyTimeoutNs: Nanoseconds;
  /** Path of the browser that was asked for, where one was; no record holds it. */
  readonly browser: string | undefined;
  /** The core that endpoints are kept on; absent: they stay where the step itself is. */
  readonly endpointCpu?: number | undefined;
  /** As it was asked for, for a study that places its processes itself. */
  readonly placement?: PlacementChoice | undefined;
  /** By what calendars are kept, for a study that keeps any as workloads do. */
  readonly pacing?: Pacing | undefined;
  readonly clock: Clock;
}

export interface Study<N extends StudyName> {
  /** The folder's name. */
  readonly name: N;
  /** Whether its processes are placed as those of a trial are; else all of a step but its endpoints is kept where drivers are. */
  readonly placesItself?: boolean;
  /** What one repetition measures, in any order: every repetition shuffles it anew. Pure; the same order gives the same list. */
  subjects(order: StudyOrder<N>): readonly Subject[];
  /** How long a step may take; its process is ended then, and the step has failed. */
  limitNs(order: StudyOrder<N>, subject: Subject): Nanoseconds;
  /**
   * Measures one subject once. Runs in a process of its own, so that nothing is left from the step before, and whatever
   * it has started through `child/` ends with that process. A rejection is a failed step; its message is fit to print.
   */
  measure(subject: Subject, context: StepContext<N>): Promise<StepOutcome<StudyData[N]>>;
}
