/** What a report is made of, and what turns it into text. */
import type { EvaluatedClaim } from '../claims/claim.ts';
import type { GateVerdict } from '../result/findings.ts';
import type { Summary } from '../stats/summary.ts';

/** A run, ready to be looked at. */
export interface Report {
  readonly summary: Summary;
  /** In the comparison's order: rows first, then prose. */
  readonly claims: readonly EvaluatedClaim[];
  /** What the run was judged to be; `null` where nothing was asked of it. */
  readonly gate: GateVerdict | null;
}

/** One way to write a report down. A file in `formats/` exports one as `format`. */
export interface ReportFormat {
  /** The file's name without its extension, and the word on the command line. */
  readonly name: string;
  /** With its dot. */
  readonly fileExtension: string;
  /** One line for a listing of the formats. */
  readonly summary: string;
  /** Whether what studies have found has no place in it. */
  readonly workloadsOnly?: true;
  /** The whole text, its last newline included. The same report gives the same bytes. */
  readonly render: (report: Report) => string;
  /** As files of one folder, where one file is too little for what reads the format. */
  readonly files?: (report: Report) => readonly ReportFile[];
  /** A short text for scripts, in place of the whole one. */
  readonly renderSummary?: (report: Report) => string;
}

/** A file of a report that is a folder. */
export interface ReportFile {
  /** Unique within the report, fit for any file system, extension included. */
  readonly name: string;
  readonly text: string;
}
