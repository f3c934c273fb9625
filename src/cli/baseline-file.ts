/** The records that later runs are held against: where they lie, and what a run takes from one before it begins. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { baselineOf } from '../gate/baseline.ts';
import { serialiseRecord } from '../result/codec.ts';
import type { RunRecord } from '../result/record.ts';
import { SaveError, saveRecord } from '../result/save.ts';
import type { BaselineGate } from '../scenario/gate.ts';
import type { Plan } from '../scenario/plan.ts';
import { describeEnvironment } from '../trial/environment.ts';
import { choosePlacement, placementWords } from '../trial/placement.ts';
import { readRecord } from '../result/read-record.ts';
import { didYouMean } from '../scenario/nearest.ts';
import { quote } from '../scenario/wording.ts';
import { checkComparable, type NamedRecord } from './comparable.ts';
import { RunFailure, UsageError } from './exit-code.ts';
import type { GateFlags } from './gate-flags.ts';

const FOLDER = join('results', 'baselines');
const EXTENSION = '.json';

/** Of a name that `--save-baseline` takes. */
export const baselinePath = (name: string): string => join(FOLDER, name + EXTENSION);

/** A path is what has a slash in it or ends in `.json`; anything else is the name of a kept baseline. Throws a UsageError or a RecordError. */
function readBaseline(nameOrPath: string): NamedRecord {
  if (/[/\\]|\.json$/i.test(nameOrPath)) return { name: nameOrPath, record: readRecord(nameOrPath) };
  const names = baselineNames();
  if (!names.includes(nameOrPath)) {
    const kept =
      names.length === 0 ? 'there are none yet: keep one with --save-baseline' : `there are ${names.join(', ')}`;
    throw new UsageError(
      `--baseline: got ${quote(nameOrPath)}, expected a path, or the name of one kept in ${FOLDER}; ${kept}${didYouMean(nameOrPath, names)}`,
    );
  }
  return { name: nameOrPath, record: readRecord(baselinePath(nameOrPath)) };
}

function baselineNames(): readonly string[] {
  try {
    return readdirSync(FOLDER)
      .filter((file) => file.endsWith(EXTENSION))
      .map((file) => file.slice(0, -EXTENSION.length))
      .toSorted();
  } catch {
    return []; // There is no such folder.
  }
}

export interface ChosenBaseline {
  /** `undefined` where none was asked for. */
  readonly baseline: BaselineGate | undefined;
  /** What is to be said before the run. */
  readonly notes: readonly string[];
}

interface RunToCome {
  readonly plan: Plan;
  readonly version: string;
}

/** Reads and checks the baseline before anything is measured. Throws what `checkComparable` throws, and a RunFailure for one that holds nothing to compare. */
export function chooseBaseline(
  { baseline: asked, maxRegression, control }: GateFlags,
  { plan, version }: RunToCome,
): ChosenBaseline {
  if (asked === undefined) return { baseline: undefined, notes: [] };
  const base = readBaseline(asked);
  const environment = describeEnvironment(placementWords(choosePlacement(plan.placement), plan), plan.arms);
  const head = { name: 'this run', plan, environment, version, hasControls: control };
  const { differences, notes, ...choice } = checkComparable(base, head, { common: false });
  const fields = differences.map(({ field }) => field);
  const baseline = baselineOf({ ...choice, base: base.record, name: base.name, maxRegression, differences: fields });
  if (baseline.values.every(({ values }) => values.length === 0))
    throw new RunFailure(`--baseline: ${quote(asked)} holds no valid value of what is compared; name another record`);
  return { baseline, notes };
}

/** Keeps the record under its name; says so, or why not. Answers whether what was to be kept is. */
export function keepBaseline(record: RunRecord, name: string | undefined, isGood: boolean): boolean {
  if (name === undefined) return true;
  const path = baselinePath(name);
  try {
    if (isGood) saveRecord(path, serialiseRecord(record));
  } catch (error) {
    // It could be written before the run.
    if (!(error instanceof SaveError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return false;
  }
  process.stderr.write(isGood ? `Baseline: ${path}\n` : `Not kept as a baseline: the run failed, or broke a limit\n`);
  return true;
}
