/** A run as a list of things that hold or do not: what a reader of test reports understands. */
import type { GateFinding, GateVerdict } from '../result/findings.ts';
import { type RunRecord, whyUnsupported } from '../result/record.ts';
import type { Arm } from '../scenario/plan.ts';
import { isPlanned } from '../scenario/plan.ts';
import type { Cell } from '../scenario/scenario.ts';
import type { PlannedStudy } from '../scenario/study.ts';
import { type Run, runsOf, validOf } from '../stats/runs.ts';
import { studySteps } from '../stats/study-steps.ts';
import { type Nanoseconds, nanoseconds } from '../units.ts';
import { doubtText } from './doubt-text.ts';
import type { Report } from './format.ts';
import { askedText, detectableText, findingValue, limitText } from './gate-text.ts';

/** `failure`: it does not hold; `error`: it could not be found out; `skipped`: nobody can tell, or it cannot be. */
export type CaseOutcome =
  | { readonly kind: 'ok' }
  | {
      readonly kind: 'failure' | 'error' | 'skipped';
      /** One line. */
      readonly message: string;
      /** The numbers, a line each; empty where the message says it all. */
      readonly details: readonly string[];
    };

export interface TestCase {
  /** `threshold · tool-calls`: what is asked, of which scenario. */
  readonly suite: string;
  /** Unique within its suite, the same in every run of the same plan. */
  readonly name: string;
  /** Length of the measured windows behind it, all trials together. Cases may share them. */
  readonly elapsedNs: Nanoseconds;
  readonly outcome: CaseOutcome;
  /** What else was said: errors of trials that failed. */
  readonly output: readonly string[];
}

/**
 * What the gate was asked, and what could not be measured; without a gate everything that was to be measured, arm by
 * arm and cell by cell.
 */
export function testCases({ summary: { record, arms }, gate }: Report): readonly TestCase[] {
  const measured = [
    ...record.plan.cells.flatMap((cell) => arms.flatMap((arm) => measuredCase(record, arm, cell))),
    ...record.unsupported.filter(({ cellId }) => cellId === null).map(impossibleArm),
    ...record.plan.studies.map((study) => studyCase(record, study)),
  ];
  if (gate === null) return withUniqueNames(measured);
  const missing = measured.filter(({ outcome }) => outcome.kind === 'failure' || outcome.kind === 'error');
  const findings = gate.findings.map((finding) => findingCase(record, finding));
  return withUniqueNames([...findings, ...wholeCase(gate), ...missing]);
}

/** The gate as a whole, where its word is not that of its worst finding: it would be in no other case. */
function wholeCase({ word, findings, notes }: GateVerdict): readonly TestCase[] {
  const words = new Set(findings.map((finding) => finding.word));
  if (word !== 'inconclusive' || words.has('inconclusive')) return [];
  return [
    {
      suite: suiteName('gate', ELSEWHERE),
      name: 'the whole',
      elapsedNs: nanoseconds(0),
      outcome: { kind: 'skipped', message: notes.at(-1) ?? 'nothing was judged', details: [] },
      output: [],
    },
  ];
}

/** What was asked twice is counted: a reader would take the second for the first, measured again. */
function withUniqueNames(cases: readonly TestCase[]): readonly TestCase[] {
  const taken = new Set<string>();
  return cases.map((one) => {
    let name = one.name;
    for (let next = 2; taken.has(`${one.suite}\n${name}`); next += 1) name = `${one.name} (${next})`;
    taken.add(`${one.suite}\n${name}`);
    return { ...one, name };
  });
}

const suiteName = (kind: string, scenario: string): string => `${kind} · ${scenario}`;
const ELSEWHERE = 'the run';

function findingCase(record: RunRecord, finding: GateFinding): TestCase {
  const { plan } = record;
  const cell = plan.cells.find(({ id }) => id === finding.cellId);
  const arm = plan.arms.find(({ id }) => id === finding.armId);
  const runs = cell === undefined || arm === undefined ? [] : runsOf(record, arm, cell);
  return {
    suite: suiteName(finding.kind, cell?.scenario.name ?? ELSEWHERE),
    name: askedText(finding),
    elapsedNs: elapsedOf(runs),
    outcome: findingOutcome(finding),
    output: runs.flatMap(errorLine),
  };
}

function findingOutcome(finding: GateFinding): CaseOutcome {
  if (finding.word === 'pass') return { kind: 'ok' };
  return {
    kind: finding.word === 'fail' ? 'failure' : 'skipped',
    message: `${findingValue(finding)} against ${limitText(finding)}: ${finding.because}`,
    details: [
      `${finding.metric}: ${findingValue(finding)}`,
      `limit: ${limitText(finding)}`,
      `smallest change that would have been seen: ${detectableText(finding)}`,
      `measured: ${finding.count === 1 ? 'once' : `${finding.count} times`}`,
      ...(finding.difference === null ? [] : [`difference: ${finding.difference}`]),
    ],
  };
}

function measuredCase(record: RunRecord, arm: Arm, cell: Cell): readonly TestCase[] {
  const reason = whyUnsupported(record, arm.id, cell.id);
  if (reason === undefined && !isPlanned(record.plan, arm.id, cell.id)) return [];
  const runs = runsOf(record, arm, cell);
  return [
    {
      suite: suiteName('measured', cell.scenario.name),
      name: `${cell.id} · ${arm.id}`,
      elapsedNs: elapsedOf(runs),
      outcome: reason === undefined ? measuredOutcome(runs) : { kind: 'skipped', message: reason, details: [] },
      output: runs.flatMap(errorLine),
    },
  ];
}

/** A trial that failed after this cell says nothing against it. */
const errorLine = ({ trial, measurement }: Run): readonly string[] =>
  trial.status === 'failed' && measurement === undefined ? [`trial ${trial.index + 1} failed: ${trial.error}`] : [];

function measuredOutcome(runs: readonly Run[]): CaseOutcome {
  if (validOf(runs).length > 0) return { kind: 'ok' };
  const errors = runs.flatMap(errorLine);
  const trials = runs.length === 1 ? '1 trial' : `${runs.length} trials`;
  if (errors.length > 0)
    return { kind: 'error', message: `no valid measurement in ${trials}: ${errors[0] ?? ''}`, details: errors };
  const doubts = runs.flatMap(({ measurement }) => measurement?.doubts.map(doubtText) ?? []);
  return { kind: 'failure', message: `no valid measurement in ${trials}`, details: [...new Set(doubts)] };
}

const elapsedOf = (runs: readonly Run[]): Nanoseconds =>
  nanoseconds(runs.reduce((sum, { measurement }) => sum + (measurement?.elapsedNs ?? 0), 0));

const impossibleArm = ({ armId, reason }: RunRecord['unsupported'][number]): TestCase => ({
  suite: suiteName('measured', ELSEWHERE),
  name: armId,
  elapsedNs: nanoseconds(0),
  outcome: { kind: 'skipped', message: reason, details: [] },
  output: [],
});

/** A study has a case of its own: which of its steps belong together is its own business. */
function studyCase(record: RunRecord, { name, study }: PlannedStudy): TestCase {
  const outcomes = studySteps(record, study, name).map(({ outcome, subject }) => ({ outcome, subject }));
  const lines = outcomes.flatMap(({ outcome, subject }) => {
    const about = Object.values(subject).join(', ');
    if (outcome.status === 'failed') return [`${about} failed: ${outcome.error}`];
    return outcome.status === 'not-measured' ? [`${about} not measured: ${outcome.because}`] : [];
  });
  const done = record.studies.find((one) => one.name === name)?.steps ?? [];
  return {
    suite: suiteName('study', name),
    name,
    elapsedNs: nanoseconds(done.reduce((sum, { elapsedNs }) => sum + elapsedNs, 0)),
    outcome: studyOutcome(
      outcomes.map(({ outcome }) => outcome.status),
      lines,
    ),
    output: lines,
  };
}

function studyOutcome(statuses: readonly string[], lines: readonly string[]): CaseOutcome {
  if (statuses.includes('measured')) return { kind: 'ok' };
  const message = lines[0] ?? 'nothing was measured';
  return { kind: statuses.includes('failed') || statuses.length === 0 ? 'error' : 'skipped', message, details: lines };
}
