/** What `doctor` found, for a script. */
import type { Check } from './check.ts';
import type { Precision } from './precision.ts';

export const DOCTOR_SCHEMA = 'mcp-transport-bench/doctor';
/** Raised when a field changes its meaning. */
export const DOCTOR_VERSION = 1;

export interface DoctorFile {
  readonly schema: typeof DOCTOR_SCHEMA;
  readonly schemaVersion: number;
  readonly checks: readonly Check[];
  /** With `--calibrate`, and where the machine can measure at all. */
  readonly precisions?: readonly Precision[] | undefined;
}

export function doctorJson(checks: readonly Check[], precisions: readonly Precision[] | undefined): string {
  const file: DoctorFile = { schema: DOCTOR_SCHEMA, schemaVersion: DOCTOR_VERSION, checks, precisions };
  return `${JSON.stringify(file, null, 1)}\n`;
}
