/** A record held against what its trials and studies come to. */
import type { Findings } from '../result/findings.ts';
import { compareOnFile, type Difference } from '../result/differences.ts';
import type { RunRecord } from '../result/record.ts';
import { type Inconsistency, inconsistenciesOf } from './record-checks.ts';

/** What came of it. */
export interface Verification {
  readonly inconsistencies: readonly Inconsistency[];
  /** `null` where the record does not say what it comes to: an earlier release wrote it, or the run was cut off. */
  readonly findings: ComparedFindings | null;
}

export interface ComparedFindings {
  readonly differences: readonly Difference[];
  /** Numbers and words of the findings that are the same to the last bit. */
  readonly agreeing: number;
  /** How many of each there are, as the trials have them. */
  readonly recomputed: Findings;
}

/** `conclude` computes from a record, and from nothing that it says about itself, what it comes to. */
export function verifyRecord(record: RunRecord, conclude: (record: RunRecord) => Findings): Verification {
  const inconsistencies = inconsistenciesOf(record);
  if (record.findings === undefined) return { inconsistencies, findings: null };
  const recomputed = conclude(record);
  const { differences, agreeing } = compareOnFile(record.findings, recomputed, ['findings']);
  return { inconsistencies, findings: { differences, agreeing, recomputed } };
}
