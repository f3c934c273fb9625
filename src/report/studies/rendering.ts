/** What a study's own file makes of its steps, before any format: sentences, tables, notes. */
import type { StudyData } from '../../result/study-data.ts';
import type { PlannedStudy, StudyName } from '../../scenario/study.ts';
import type { StudyStep } from '../../stats/study-steps.ts';

/** A table of texts; the first column names the row. */
export interface StudyTable {
  /** Above the table; empty where the study's title says it. */
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What is shown of one study, ready to be laid out. */
export interface StudySection {
  readonly name: string;
  readonly title: string;
  /** What stands between title and tables: how it was measured, in a line or two. */
  readonly lines: readonly string[];
  readonly tables: readonly StudyTable[];
  /** What could not be measured, and what the numbers do not say. */
  readonly notes: readonly string[];
}

/** What a study's own file under `studies/` makes of its steps. */
export type StudyRendering<N extends StudyName> = (
  steps: readonly StudyStep<StudyData[N]>[],
  planned: PlannedStudy,
) => Pick<StudySection, 'lines' | 'tables' | 'notes'>;
