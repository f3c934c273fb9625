/** Two runs for a script. */
import type { RunsComparison } from './runs-comparison.ts';

/** Raised when a field changes its meaning. */
const SCHEMA_VERSION = 1;

export const jsonOf = (comparison: RunsComparison): string =>
  `${JSON.stringify({ schema: 'mcp-transport-bench/comparison', schemaVersion: SCHEMA_VERSION, ...comparison }, undefined, 2)}\n`;
