/** Two runs for a script. */
import type { RunsComparison } from './runs-comparison.ts';

export const COMPARISON_SCHEMA = 'mcp-transport-bench/comparison';
/** Raised when a field changes its meaning. */
export const COMPARISON_VERSION = 1;

/** A comparison as a script gets it. */
export interface ComparisonFile extends RunsComparison {
  readonly schema: typeof COMPARISON_SCHEMA;
  readonly schemaVersion: number;
}

export function jsonOf(comparison: RunsComparison): string {
  const file: ComparisonFile = { schema: COMPARISON_SCHEMA, schemaVersion: COMPARISON_VERSION, ...comparison };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}
