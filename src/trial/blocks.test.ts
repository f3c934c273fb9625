/** Which blocks are measured again, how often, and that nothing is measured in parts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { attemptOf } from '../result/attempts.ts';
import type { Doubt, TrialResult } from '../result/record.ts';
import { nanoseconds } from '../units.ts';
import { type BlockOutcome, type Disturbance, MOST_RERUNS_OF_A_BLOCK, blocksOf, runBlock } from './blocks.ts';

const RECORD = fixtureRecord({ blocks: 2 });
const [BLOCK = []] = blocksOf(RECORD.plan.trials);
const HICCUP: Doubt = { kind: 'hiccup', maxNs: nanoseconds(31e6) };

type What = 'clean' | 'disturbed' | 'failed' | 'wrong' | 'unsteady';

/** What a trial of the block comes to. */
function resultOf(index: number, attempt: number, what: What): TrialResult {
  const result = RECORD.trials.find((trial) => trial.index === index);
  if (result === undefined) throw new Error('the fixture holds no such trial');
  const head = { index, block: result.block, armId: result.armId, ...(attempt > 0 ? { attempt } : {}) };
  if (what === 'failed') return { ...head, status: 'failed', error: 'gone', measurements: [] };
  const doubts: Readonly<Record<Exclude<What, 'failed'>, readonly Doubt[]>> = {
    clean: [],
    disturbed: [HICCUP],
    wrong: [{ kind: 'wrong-answers', count: 1 }],
    unsteady: [{ kind: 'not-steady', driftShare: 1 }],
  };
  const measurements = result.measurements.map((one) => ({ ...one, doubts: doubts[what] }));
  return { ...result, ...head, status: 'completed', measurements } as TrialResult;
}

interface Story {
  readonly reruns: number;
  /** Of the nth measurement of any trial. */
  readonly whatAt: (nth: number) => What;
  readonly overAfter?: number;
  readonly cutAt?: number;
}

async function tell({ reruns, whatAt, overAfter, cutAt }: Story) {
  const measured: TrialResult[] = [];
  const again: Disturbance[] = [];
  const outcome: BlockOutcome = await runBlock(BLOCK, {
    reruns,
    isOver: () => overAfter !== undefined && measured.length >= overAfter,
    onAgain: (disturbance) => again.push(disturbance),
    measure: (trial, attempt) => {
      if (cutAt === measured.length) return Promise.resolve(undefined);
      const result = resultOf(trial.index, attempt, whatAt(measured.length));
      measured.push(result);
      return Promise.resolve(result);
    },
  });
  return { outcome, again, measured: measured.map((result) => `${result.armId} ${attemptOf(result)}`) };
}

const arms = BLOCK.map(({ armId }) => armId);
const attempt = (number: number): string[] => arms.map((arm) => `${arm} ${number}`);

test('a clean block is measured once', async () => {
  const told = await tell({ reruns: 5, whatAt: () => 'clean' });
  expect(told).toEqual({ outcome: { reruns: 0, whole: true }, again: [], measured: attempt(0) });
});

test('one disturbed trial has all arms measured again, in the same order', async () => {
  const { outcome, again, measured } = await tell({ reruns: 5, whatAt: (nth) => (nth === 1 ? 'disturbed' : 'clean') });
  expect(outcome).toEqual({ reruns: 1, whole: true });
  expect(measured).toEqual([...attempt(0), ...attempt(1)]);
  expect(again).toMatchObject([{ block: 0, attempt: 1, failedTrials: 0 }]);
  expect(new Set(again[0]?.doubts)).toEqual(new Set([HICCUP]));
});

test('a failed trial does too, and is said to be one', async () => {
  const { measured, again } = await tell({ reruns: 1, whatAt: (nth) => (nth === 0 ? 'failed' : 'clean') });
  expect(measured).toEqual([...attempt(0), ...attempt(1)]);
  expect(again).toEqual([{ block: 0, attempt: 1, doubts: [], failedTrials: 1 }]);
});

test.each(['wrong', 'unsteady'] as const)('what is the endpoint’s own is no reason: %s', async (what) => {
  expect((await tell({ reruns: 5, whatAt: () => what })).measured).toEqual(attempt(0));
});

test('no more than two attempts beyond the first, however many reruns are left', async () => {
  const { outcome, measured } = await tell({ reruns: 50, whatAt: () => 'disturbed' });
  expect(outcome).toEqual({ reruns: MOST_RERUNS_OF_A_BLOCK, whole: true });
  expect(measured).toEqual([...attempt(0), ...attempt(1), ...attempt(2)]);
});

test('a block that was given up in the middle is not whole', async () => {
  const cut = await tell({ reruns: 5, whatAt: () => 'disturbed', cutAt: arms.length + 1 });
  expect(cut.outcome).toEqual({ reruns: 1, whole: false });
  const over = await tell({ reruns: 5, whatAt: () => 'disturbed', overAfter: 1 });
  expect(over.outcome).toEqual({ reruns: 0, whole: false });
  // What is over when the block is whole is not begun again.
  const after = await tell({ reruns: 5, whatAt: () => 'disturbed', overAfter: arms.length });
  expect(after).toMatchObject({ outcome: { reruns: 0, whole: true }, again: [] });
});

test('attempts are whole, in order, as many as were disturbed and as there were reruns for', async () => {
  const anyWhat = fc.constantFrom<What>('clean', 'disturbed', 'failed');
  await fc.assert(
    fc.asyncProperty(fc.array(anyWhat, { minLength: 30, maxLength: 30 }), fc.nat(4), async (what, reruns) => {
      const { outcome, measured } = await tell({ reruns, whatAt: (nth) => what[nth] ?? 'clean' });
      let expected = 0;
      const bad = (at: number): boolean =>
        what.slice(at * arms.length, (at + 1) * arms.length).some((one) => one !== 'clean');
      while (expected < Math.min(2, reruns) && bad(expected)) expected += 1;
      expect(outcome).toEqual({ reruns: expected, whole: true });
      expect(measured).toEqual(Array.from({ length: expected + 1 }, (_, one) => attempt(one)).flat());
    }),
  );
});

test('blocks are those of the plan, in its order', () => {
  expect(blocksOf(RECORD.plan.trials).flat()).toEqual(RECORD.plan.trials);
  expect(blocksOf(RECORD.plan.trials).map((trials) => new Set(trials.map(({ block }) => block)).size)).toEqual([1, 1]);
  expect(blocksOf([])).toEqual([]);
});
