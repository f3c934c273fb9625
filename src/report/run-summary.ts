/** What a run came to, without its trials: a small object that scripts may rely on. Bump the version when a field changes its meaning. */
import type { Findings } from '../result/findings.ts';
import type { Environment, RunRecord } from '../result/record.ts';
import { findingsOf } from './findings-of.ts';
import type { Report } from './format.ts';

export const SUMMARY_SCHEMA = 'mcp-transport-bench/summary';
export const SUMMARY_VERSION = 1;

export interface RunSummary extends Findings {
  readonly schema: typeof SUMMARY_SCHEMA;
  readonly schemaVersion: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly tool: RunRecord['tool'];
  /** `complete` is the only one after which everything that was asked for was tried. */
  readonly status: RunRecord['status'];
  readonly environment: SummaryEnvironment;
}

/** What of the machine tells whether two runs may be compared. */
export type SummaryEnvironment = Pick<
  Environment,
  'node' | 'platform' | 'kernel' | 'arch' | 'cpuModel' | 'cores' | 'governor' | 'virtualisation'
>;

/** What the record keeps of its own end, or, where it keeps nothing, what its trials give today. */
export function runSummaryOf(report: Report): RunSummary {
  const { record } = report.summary;
  const { estimates, comparisons, claims, gate } = record.findings ?? findingsOf(report);
  return {
    schema: SUMMARY_SCHEMA,
    schemaVersion: SUMMARY_VERSION,
    startedAt: record.startedAt,
    tool: record.tool,
    status: record.status,
    environment: environmentOf(record),
    estimates,
    comparisons,
    claims,
    gate,
  };
}

function environmentOf({ environment }: RunRecord): SummaryEnvironment {
  const { node, platform, kernel, arch, cpuModel, cores, governor, virtualisation } = environment;
  return { node, platform, kernel, arch, cpuModel, cores, governor, virtualisation };
}
