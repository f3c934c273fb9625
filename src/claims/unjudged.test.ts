import { describe, expect, it } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { summarise } from '../stats/summarise.ts';
import { defineUnjudged } from './define.ts';

const announced = (scenario: string) =>
  defineUnjudged({
    kind: 'prose',
    id: 'announced',
    label: 'Announced',
    claimed: 'Something.',
    rule: 'None yet.',
    needs: [{ scenario, metrics: [] }],
    wouldAnswer: 'the scenario to come',
  }).evaluate(summarise(fixtureRecord({ blocks: 1 })));

describe('a claim without a rule', () => {
  it('blames the scenario that is missing', () => {
    expect(announced('to-come').verdict).toEqual({
      word: 'not measured',
      lacks: 'scenario',
      because: 'no to-come scenario in this run',
      wouldAnswer: 'the scenario to come',
    });
  });

  it('does not blame a scenario that has appeared', () => {
    expect(announced('tool-calls').verdict).toMatchObject({ word: 'not measured', lacks: 'rule' });
  });
});
