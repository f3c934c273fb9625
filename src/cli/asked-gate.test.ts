import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { pairFamily } from '../gate/family.ts';
import type { RunRecord } from '../result/record.ts';
import { armOfBuild } from '../scenario/builds.ts';
import type { BaselineGate, GatePlan, PairGate } from '../scenario/gate.ts';
import { parseThreshold, resolveThreshold } from '../scenario/threshold.ts';
import { seconds } from '../units.ts';
import { askedInconsistencies } from './asked-gate.ts';
import { askedWords, optionsOf } from './asked.ts';

const CELLS = FIXTURE_CELLS.filter(({ id }) => id === 'tool-calls');
const RECORD = fixtureRecord({ cells: CELLS });
const { version: VERSION } = RECORD.tool;
const ARMS = RECORD.plan.arms.flatMap((arm) => ['base', 'head'].map((build) => armOfBuild(arm, build)));

/** A run of two builds as it would be planned. */
function pairsOf({ maxRegression, ...changed }: Partial<PairGate> & { maxRegression?: number } = {}): PairGate {
  const options = { arms: ARMS, cells: CELLS, impossible: [], maxRegression, knowsProcessorTime: () => true };
  return { base: 'base', head: 'head', family: pairFamily(options), looks: [12, 20, 30], alpha: 0.01, ...changed };
}

const asRun = (asked: readonly string[], gate: GatePlan | undefined, version = VERSION): RunRecord => ({
  ...RECORD,
  tool: { ...RECORD.tool, version },
  asked: ['tool-calls', ...asked],
  plan: { ...RECORD.plan, ...(gate === undefined ? {} : { gate }) },
});
const pairsRun = (asked: readonly string[], pairs?: PairGate, version?: string): RunRecord =>
  asRun(
    ['--arm', 'base=main', '--arm', 'head=.', ...asked],
    { thresholds: [], reruns: 15, ...(pairs && { pairs }) },
    version,
  );

const linesOf = (record: RunRecord): readonly string[] =>
  askedInconsistencies(record, VERSION).map(
    ({ what, got, expected }) => `${what}: stored ${got}, expected ${expected}`,
  );

test('the words of a run stand for the options that they came from', () => {
  const options = { arm: ['base=--quick', 'head=.'], looks: '6', alpha: '0.5', threshold: ['a > 1'], setup: '--looks' };
  expect(optionsOf(askedWords(['x', 'y'], { ...options, quick: true, transport: 'sse,websocket' }))).toEqual(options);
  expect(optionsOf(['x', '--header', '…', '--looks'])).toEqual({ looks: '' });
});

describe('of two builds', () => {
  test('what was planned as it was asked for is as it was asked for', () => {
    expect(linesOf(pairsRun([], pairsOf()))).toEqual([]);
    const asked = ['--looks', '6,12', '--alpha', '0.1', '--budget', '90s', '--max-regression', '10%', '--reruns', '15'];
    const planned = pairsOf({ looks: [6, 12], alpha: 0.1, budgetNs: seconds(90), maxRegression: 0.1 });
    expect(linesOf(pairsRun([...asked, '--gate', 'response-time.p50'], planned))).toEqual([]);
  });

  test.each<[string, readonly string[], Partial<PairGate> & { maxRegression?: number }, string]>([
    [
      'looks',
      ['--looks', '12,20'],
      { looks: [20] },
      '.looks: stored [20], expected [12,20], for "--looks 12,20" was asked for',
    ],
    ['looks, unsaid', [], { looks: [20] }, '.looks: stored [20], expected [12,20,30], for no --looks was asked for'],
    [
      'alpha',
      ['--alpha', '0.01'],
      { alpha: 0.4 },
      '.alpha: stored 0.4, expected 0.01, for "--alpha 0.01" was asked for',
    ],
    [
      'budget',
      ['--budget', '1s'],
      {},
      '.budgetNs: stored nothing, expected 1000000000, for "--budget 1s" was asked for',
    ],
    [
      'sides',
      [],
      { base: 'head', head: 'base' },
      ': stored ["head","base"], expected ["base","head"], for "--arm base=main head=." was asked for',
    ],
    [
      'metrics',
      ['--gate', 'response-time.p99'],
      {},
      '.family: stored nothing of it, expected what "--gate response-time.p99" asked for',
    ],
    [
      'limits',
      ['--max-regression', '5%'],
      { maxRegression: 0.5 },
      '.family[0].margin: stored 0.5, expected 0.05, for "--max-regression 5%" was asked for',
    ],
    [
      'limits, unsaid',
      [],
      { maxRegression: 0.5 },
      '.family[0].floor: stored 0.3, expected 0.03, for no --max-regression was asked for',
    ],
  ])('what was edited contradicts the words: %s', (_what, asked, edited, line) => {
    expect(linesOf(pairsRun(asked, pairsOf(edited)))).toContain(`plan.gate.pairs${line}`);
  });

  test('a gate that is gone was asked for', () => {
    expect(linesOf(pairsRun([]))).toEqual(['plan.gate.pairs: stored nothing of it, expected what "--arm" asked for']);
  });

  test('what goes without saying may be another in another release, what was said may not', () => {
    expect(linesOf(pairsRun([], pairsOf({ looks: [9], alpha: 0.05, maxRegression: 0.2 }), '0.0.9'))).toEqual([]);
    expect(linesOf(pairsRun(['--alpha', '0.01'], pairsOf({ alpha: 0.05 }), '0.0.9'))).toHaveLength(1);
  });
});

describe('of limits', () => {
  const HOLDS = 'tool-calls sse response-time.p50 < 5ms';
  const threshold = (text: string) => resolveThreshold(parseThreshold(text), RECORD.plan);
  const gate = (...texts: readonly string[]): GatePlan => ({ thresholds: texts.map(threshold), reruns: 3 });

  test('each that was typed is there, in whatever spelling, and those of files beside it', () => {
    expect(linesOf(asRun(['--threshold', HOLDS], gate('calls-failed <= 0', HOLDS)))).toEqual([]);
    expect(
      linesOf(asRun(['--threshold', 'sse response-time.p50 < 5000us'], gate('sse response-time.p50 < 5ms'))),
    ).toEqual([]);
    expect(linesOf(asRun([], gate(HOLDS)))).toEqual([]);
  });

  test('one that was edited contradicts its own text, and the words', () => {
    const edited = { thresholds: [{ ...threshold(HOLDS), limit: 50e6 }], reruns: 3 };
    expect(linesOf(asRun(['--threshold', HOLDS], edited))).toEqual([
      `plan.gate.thresholds[0]: stored response-time.p50 < 50000000, expected response-time.p50 < 5000000, as its text "${HOLDS}" says`,
      `plan.gate.thresholds: stored nothing of it, expected what "--threshold ${HOLDS}" asked for`,
    ]);
    expect(linesOf(asRun(['--threshold', HOLDS], gate(HOLDS.replace('5ms', '50ms'))))).toHaveLength(1);
    expect(linesOf(asRun(['--threshold', HOLDS], undefined))).toHaveLength(1);
  });

  test('blocks are measured again as often as was asked', () => {
    const line = 'plan.gate.reruns: stored 3, expected 1, for "--reruns 1" was asked for';
    expect(linesOf(asRun(['--threshold', HOLDS, '--reruns', '1'], gate(HOLDS)))).toEqual([line]);
    expect(linesOf(asRun(['--reruns', '0'], undefined))).toEqual([]);
  });
});

test('of a baseline: its name, and by how much a run may be worse', () => {
  const baseline = (changed: Partial<BaselineGate> = {}): GatePlan => ({
    thresholds: [],
    baseline: {
      name: 'main',
      startedAt: RECORD.startedAt,
      maxRegression: 0.05,
      normalised: false,
      differences: [],
      values: [],
      ...changed,
    },
    reruns: 3,
  });
  expect(linesOf(asRun(['--baseline', 'main'], baseline()))).toEqual([]);
  expect(linesOf(asRun(['--baseline', 'main', '--max-regression', '5%'], baseline({ maxRegression: 0.5 })))).toEqual([
    'plan.gate.baseline.maxRegression: stored 0.5, expected 0.05, for "--max-regression 5%" was asked for',
  ]);
  expect(linesOf(asRun(['--baseline', 'main'], baseline({ name: 'slow' })))).toEqual([
    'plan.gate.baseline.name: stored "slow", expected "main", for "--baseline main" was asked for',
  ]);
  expect(linesOf(asRun(['--baseline', 'main'], undefined))).toHaveLength(1);
});

test('words that this release does not understand say nothing', () => {
  expect(linesOf(pairsRun(['--looks', 'often'], pairsOf({ alpha: 0.3 })))).toEqual([]);
});
