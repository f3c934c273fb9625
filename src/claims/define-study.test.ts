import { describe, expect, it } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import type { RunRecord } from '../result/record.ts';
import type { StepOutcome } from '../result/study.ts';
import type { StudyData } from '../result/study-data.ts';
import { planSteps } from '../scenario/plan.ts';
import { nanoseconds } from '../units.ts';
import { summarise } from '../stats/summarise.ts';
import { defineStudyClaim } from './define-study.ts';

type Outcome = StepOutcome<StudyData['published']>;

/** A run of one study with a step for each of these outcomes. */
function recordOf(outcomes: readonly Outcome[]): RunRecord {
  const record = fixtureRecord({ blocks: 1 });
  const steps = planSteps([{ number: 'one' }], { repeats: outcomes.length, seed: 1 });
  const name = 'published-here';
  const planned = {
    name,
    title: '',
    shows: '',
    study: 'published',
    repeats: 1,
    arms: [],
    settings: '{}',
    steps,
  } as const;
  const done = outcomes.map((outcome, index) => ({ ...outcome, index, elapsedNs: nanoseconds(1) }));
  return {
    ...record,
    plan: { ...record.plan, studies: [planned] },
    studies: [{ name, study: 'published', steps: done }],
  };
}

const claim = defineStudyClaim({
  kind: 'prose',
  id: 'made-up',
  label: 'Made up',
  claimed: 'Something.',
  rule: 'True if two steps were measured.',
  study: 'published',
  wouldAnswer: 'the published scenario',
  measure: ({ steps }) => ({ sse: [`${steps.length} steps`], websocket: [], others: { pigeon: ['flies'] } }),
  judge: ({ steps }) => (steps.length < 2 ? undefined : { word: 'confirmed', because: 'enough' }),
});

const findingOf = (outcomes: readonly Outcome[]) => claim.evaluate(summarise(recordOf(outcomes)));

const MEASURED = { status: 'measured', data: {} } as Outcome;
const MISSING: Outcome = {
  status: 'not-measured',
  because: 'nginx is not installed',
  wouldAnswer: 'apt-get install nginx-light',
};
const FAILED: Outcome = { status: 'failed', error: 'it fell over' };

describe('a claim about a study', () => {
  it('is judged by what was measured, and shows it under the sides and by name', () => {
    const { verdict, measured } = findingOf([MEASURED, MISSING, MEASURED]);
    expect(verdict).toEqual({ word: 'confirmed', because: 'enough' });
    expect(measured).toEqual({ sse: ['2 steps'], pigeon: ['flies'] });
  });

  it('is no more than conditional where some subject failed or was not reached', () => {
    const record = recordOf([MEASURED, MEASURED, MISSING]);
    const [planned] = record.plan.studies;
    const [done] = record.studies;
    if (planned === undefined || done === undefined) throw new Error('no study');
    const others = ['two', 'three'].map((number, at) => ({
      index: 3 + at,
      repetition: 0,
      seed: 1,
      subject: { number },
    }));
    const plan = { ...record.plan, studies: [{ ...planned, steps: [...planned.steps, ...others] }] };
    const failed = { ...FAILED, index: 3, elapsedNs: nanoseconds(1) };
    const studies = [{ ...done, steps: [...done.steps, failed] } as typeof done];
    expect(claim.evaluate(summarise({ ...record, plan, studies })).verdict).toEqual({
      word: 'depends',
      because: 'enough; undecided for 2 of 3 things to look at, which failed or were not reached',
    });
    expect(findingOf([MEASURED, FAILED, MEASURED]).verdict.word).toBe('confirmed');
  });

  it('names the program that would answer it', () => {
    expect(findingOf([MISSING, FAILED]).verdict).toEqual({
      word: 'not measured',
      lacks: 'data',
      because: 'nginx is not installed',
      wouldAnswer: 'apt-get install nginx-light',
    });
  });

  it('names the failure where there was nothing else', () => {
    expect(findingOf([FAILED]).verdict).toMatchObject({ lacks: 'data', because: 'it failed: it fell over' });
  });

  it('is not judged when the rule has too little', () => {
    expect(findingOf([MEASURED, MISSING]).verdict).toMatchObject({
      word: 'not measured',
      because: 'nginx is not installed',
    });
  });

  it('says which scenario is missing', () => {
    expect(claim.evaluate(summarise(fixtureRecord({ blocks: 1 }))).verdict).toEqual({
      word: 'not measured',
      lacks: 'scenario',
      because: 'no published scenario in this run',
      wouldAnswer: 'the published scenario',
    });
  });
});
