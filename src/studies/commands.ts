/** What a study's process can be asked: one step. */
import type { StepOutcome } from '../result/study.ts';
import type { StudyData } from '../result/study-data.ts';
import type { Pacing } from '../scenario/pacing.ts';
import type { PlacementChoice } from '../scenario/placement-choice.ts';
import type { Arm } from '../scenario/plan.ts';
import type { StudyName, Subject } from '../scenario/study.ts';
import type { Nanoseconds } from '../units.ts';

export type StudyCommands = {
  measure: { body: StepOrder; reply: StepOutcome<StudyData[StudyName]> };
};

export interface StepOrder {
  readonly study: StudyName;
  readonly subject: Subject;
  readonly arms: readonly Arm[];
  /** JSON text, as the plan has it. */
  readonly settings: string;
  readonly repetition: number;
  readonly seed: number;
  readonly readyTimeoutNs: Nanoseconds;
  /** Path of the browser that was asked for. */
  readonly browser: string | undefined;
  /** The core that endpoints are kept on. */
  readonly endpointCpu?: number | undefined;
  readonly placement?: PlacementChoice | undefined;
  readonly pacing?: Pacing | undefined;
}
