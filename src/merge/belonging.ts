/** Whether records may be added up: the same plan, done to its end, by the same software, and none of them twice. */
import { attemptOf } from '../result/attempts.ts';
import { compareOnFile } from '../result/differences.ts';
import type { ArmFacts, RunRecord } from '../result/record.ts';
import type { Place } from '../scenario/scenario-error.ts';
import { escapeUnprintable, quote } from '../scenario/wording.ts';
import { MergeError } from './merge-error.ts';

/** A record with the path that it was named by. */
export interface NamedRecord {
  readonly path: string;
  readonly record: RunRecord;
}

/** Throws a {@link MergeError} that names the first record that does not belong to the first of them, and why. */
export function checkBelonging(named: readonly NamedRecord[]): void {
  for (const one of named) checkAlone(one);
  const [first, ...others] = named;
  if (first === undefined) return;
  for (const [at, one] of others.entries()) {
    checkNotAgain(one, named.slice(0, at + 1));
    for (const [place, part] of SAME) checkSame(one, first, place, part);
    checkTrials(one, first);
  }
}

function checkAlone({ path, record }: NamedRecord): void {
  const { status, mergedFrom, plan } = record;
  if (status !== 'complete')
    throw new MergeError(path, `status: got ${quote(status)}, expected "complete"; run it again`);
  if (mergedFrom !== undefined)
    throw new MergeError(path, `is merged itself; name the ${mergedFrom.length} records that it was made of`);
  if (plan.trials.length === 0)
    throw new MergeError(path, 'holds no trials, expected some: only what trials have measured can be added up');
}

/** By its trials: whatever else was changed in a copy, adding it would count everything twice. */
function checkNotAgain({ path, record }: NamedRecord, earlier: readonly NamedRecord[]): void {
  const trials = JSON.stringify(record.trials);
  const same = earlier.find((one) => JSON.stringify(one.record.trials) === trials);
  if (same !== undefined)
    throw new MergeError(path, `holds the same trials as ${escapeUnprintable(same.path)}; name every record once`);
}

type Part = (record: RunRecord) => unknown;

/** What must be the same in all records, in the order in which it is looked at. Studies are not merged, so they may differ. */
const SAME: readonly (readonly [Place, Part])[] = [
  [['tool', 'version'], ({ tool }) => tool.version],
  [['plan'], ({ plan }) => ({ ...plan, studies: [] })],
  [['unsupported'], ({ unsupported }) => unsupported],
  [['stopped'], ({ stopped }) => stopped],
  [['environment', 'node'], ({ environment }) => environment.node],
  [['environment', 'nodeFlags'], ({ environment }) => environment.nodeFlags],
  [['environment', 'packages'], ({ environment }) => environment.packages],
  [['matching', 'checks'], ({ matching }) => matching.checks.map(({ rule, status }) => ({ name: rule, status }))],
  [['matching', 'facts'], ({ matching }) => matching.facts.map(settledFacts)],
];

/** What a probe sees of an arm that is no sample: it is the same whenever, and wherever, the arm is probed. */
const settledFacts = (facts: ArmFacts): Partial<ArmFacts> => ({
  armId: facts.armId,
  established: facts.established,
  carrier: facts.carrier,
  payloadUpBytes: facts.payloadUpBytes,
  payloadDownBytes: facts.payloadDownBytes,
  compression: facts.compression,
  tls: facts.tls,
  tlsSession: facts.tlsSession,
  httpVersion: facts.httpVersion,
  http2Windows: facts.http2Windows,
  maxMessageBytes: facts.maxMessageBytes,
  endpointNode: facts.endpointNode,
  driverNode: facts.driverNode,
  endpointFlags: facts.endpointFlags,
  driverFlags: facts.driverFlags,
  surfaceHash: facts.surfaceHash,
});

const LONGEST_VALUE = 60;

function checkSame({ path, record }: NamedRecord, first: NamedRecord, place: Place, part: Part): void {
  const [difference] = compareOnFile(part(record), part(first.record), place).differences;
  if (difference === undefined) return;
  const { what, got, expected } = difference;
  const values = `got ${shortened(got)}, expected ${shortened(expected)} as in ${escapeUnprintable(first.path)}`;
  throw new MergeError(path, `${what}: ${values}; merge runs of the same words, --seed and release`);
}

const shortened = (text: string): string => (text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text);

/** Trial by trial: where one block was measured again and its counterpart was not, there is nothing to add it to. */
function checkTrials({ path, record }: NamedRecord, first: NamedRecord): void {
  const [own, its] = [trialWords(record), trialWords(first.record)];
  const more = own.find((words) => !its.includes(words));
  const missing = its.find((words) => !own.includes(words));
  const problem = more === undefined ? missing && `no ${missing}, which` : `${more}, which`;
  if (problem === undefined) return;
  const other = `${escapeUnprintable(first.path)} ${more === undefined ? 'has' : 'does not have'}`;
  throw new MergeError(path, `trials: got ${problem} ${other}; merge runs with the same trials`);
}

const trialWords = ({ trials }: RunRecord): readonly string[] =>
  trials.map((trial) => `trial ${trial.index} of block ${trial.block}, attempt ${attemptOf(trial)}`);
