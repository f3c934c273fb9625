/** What came of the studies of a run. */
import type { RelayCheck } from './relay.ts';
import type { StudyName } from '../scenario/study.ts';
import type { Nanoseconds } from '../units.ts';
import type { StudyData } from './study-data.ts';

/** What came of one step. That something cannot be measured here is a result, as is a failure. */
export type StepOutcome<D> =
  | {
      readonly status: 'measured';
      readonly data: D;
      /** Of the relay that emulated the network for the step's arm, by its own ping; absent where none did. */
      readonly relay?: RelayCheck | undefined;
    }
  | {
      readonly status: 'not-measured';
      /** Why not, in one line: a program that is not installed, a right that is missing. */
      readonly because: string;
      /** What would have to be done for it to be measured: `apt-get install nginx-light`. */
      readonly wouldAnswer: string;
    }
  | { readonly status: 'failed'; readonly error: string };

/** One step of a study, done. */
export type StepResult<D> = StepOutcome<D> & {
  /** Of the planned step. */
  readonly index: number;
  /** How long the step took, processes and all. */
  readonly elapsedNs: Nanoseconds;
};

/** One study as far as it has come. */
export type StudyResult = {
  readonly [N in StudyName]: {
    /** Of the planned study. */
    readonly name: string;
    readonly study: N;
    /** In the order of execution. */
    readonly steps: readonly StepResult<StudyData[N]>[];
  };
}[StudyName];
