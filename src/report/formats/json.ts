/** The record itself: whole distributions, every trial. What is saved is this, to the byte. */
import { serialiseRecord } from '../../result/codec.ts';
import type { ReportFormat } from '../format.ts';
import { runSummaryOf } from '../run-summary.ts';

/** Machine-readable, for reading, merging and refuting. */
export const format: ReportFormat = {
  name: 'json',
  fileExtension: '.json',
  summary: 'the run record itself, for reading it again later; with --summary what it came to, for scripts',
  render: ({ summary }) => serialiseRecord(summary.record),
  renderSummary: (report) => `${JSON.stringify(runSummaryOf(report), undefined, 2)}\n`,
};
