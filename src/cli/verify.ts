/** `verify`: is what a record states what its trials come to? */
import type { RunRecord } from '../result/record.ts';
import { RecordError } from '../result/record-error.ts';
import { readRecord } from '../result/read-record.ts';
import { escapeUnprintable } from '../scenario/wording.ts';
import { type ComparedFindings, type Verification, verifyRecord } from '../verify/verify-record.ts';
import { askedInconsistencies } from './asked-gate.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { concludeFrom } from './findings.ts';

/** The graver first: what is said of several records is the worst that is said of one. */
const GRAVITY: readonly ExitCode[] = [EXIT.usage, EXIT.gateFailed, EXIT.inconclusive, EXIT.pass];

/** Looks at every file, whatever came of the others; lines for the results on stdout, files that are no records on stderr. */
export function verifyCommand(paths: readonly string[], version: string): ExitCode {
  const codes = paths.map((path) => verifyFile(path, version));
  return GRAVITY.find((code) => codes.includes(code)) ?? EXIT.pass;
}

function verifyFile(path: string, version: string): ExitCode {
  try {
    const record = readRecord(path);
    const checked = verifyRecord(record, concludeFrom);
    const unasked = askedInconsistencies(record, version);
    const verification = { ...checked, inconsistencies: [...checked.inconsistencies, ...unasked] };
    const name = escapeUnprintable(path);
    for (const line of linesOf(record, verification, version)) process.stdout.write(`${name}: ${line}\n`);
    return codeOf(verification);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.usage;
  }
}

function codeOf({ inconsistencies, findings }: Verification): ExitCode {
  if (inconsistencies.length > 0 || (findings !== null && findings.differences.length > 0)) return EXIT.gateFailed;
  return findings === null ? EXIT.inconclusive : EXIT.pass;
}

function linesOf(record: RunRecord, { inconsistencies, findings }: Verification, version: string): readonly string[] {
  const wrong = [
    ...inconsistencies.map(({ what, got, expected }) => `${what}: stored ${got}, expected ${expected}`),
    ...(findings?.differences ?? []).map(({ what, got, expected }) => `${what}: stored ${got}, recomputed ${expected}`),
  ];
  const written = writtenBy(record, version);
  if (wrong.length > 0) return [...wrong, ...(written === '' ? [] : [`what differs may be the release: ${written}`])];
  const suffix = written === '' ? '' : `; ${written}`;
  return [findings === null ? `${nothingToCompare(record)}${suffix}` : `${agreement(findings)}${suffix}`];
}

/** Empty where this release wrote it. */
const writtenBy = ({ tool }: RunRecord, version: string): string =>
  tool.version === version
    ? ''
    : `written by mcp-transport-bench ${escapeUnprintable(tool.version.slice(0, 20))}, verified by ${version}`;

const nothingToCompare = ({ status }: RunRecord): string =>
  `nothing to compare: the record does not say what it comes to, for ${
    status === 'running' ? 'its run was cut off' : 'an earlier release wrote it'
  }; every check of its books and distributions has passed`;

function agreement({ agreeing, recomputed }: ComparedFindings): string {
  const { estimates, comparisons, claims, gate } = recomputed;
  const parts = [
    `${estimates.length} estimates`,
    `${comparisons.length} comparisons`,
    `${claims.length} claims`,
    gate === null ? 'no gate' : `a gate of ${gate.findings.length} findings`,
  ];
  return `all ${agreeing} numbers and words agree to the last bit: ${parts.join(', ')}`;
}
