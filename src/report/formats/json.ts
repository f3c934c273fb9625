/** The record itself: whole distributions, every trial. What is saved is this, to the byte. */
import { serialiseRecord } from '../../result/codec.ts';
import type { ReportFormat } from '../format.ts';

/** Machine-readable, for reading, merging and refuting. */
export const format: ReportFormat = {
  name: 'json',
  fileExtension: '.json',
  summary: 'the run record itself, for machines and for reading it again later',
  render: ({ summary }) => serialiseRecord(summary.record),
};
