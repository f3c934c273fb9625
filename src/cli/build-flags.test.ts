import { describe, expect, test } from 'vitest';
import { seconds } from '../units.ts';
import { readBuildFlags } from './build-flags.ts';
import { UsageError } from './exit-code.ts';

const read = (options: Record<string, unknown>) => readBuildFlags(options, (name) => options[name] !== undefined);
const TWO = ['base=main', 'head=.'];
const beside = (options: Record<string, unknown>) => read({ arm: TWO, ...options });

function whyNot(options: Record<string, unknown>): string {
  try {
    read(options);
    return 'read';
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

test('nothing without an arm', () => {
  expect(read({})).toBeUndefined();
});

test('what goes without saying', () => {
  expect(beside({})).toEqual({
    sources: [
      { name: 'base', where: 'main' },
      { name: 'head', where: '.' },
    ],
    setup: undefined,
    setupLimitNs: seconds(600),
    gate: { base: 'base', head: 'head', looks: [12, 20, 30], alpha: 0.01 },
    metrics: undefined,
    maxRegression: undefined,
  });
});

test('what is said', () => {
  const asked = {
    setup: 'make',
    setupTimeout: '2m',
    looks: '6, 12',
    alpha: '.05',
    budget: '10m',
    gate: 'rate,response-time.p99',
    maxRegression: '10%',
  };
  expect(beside(asked)).toMatchObject({
    setup: 'make',
    setupLimitNs: seconds(120),
    gate: { looks: [6, 12], alpha: 0.05, budgetNs: seconds(600) },
    metrics: ['rate', 'response-time.p99'],
    maxRegression: 0.1,
  });
  expect(beside({ maxRegression: '0.2' })?.maxRegression).toBe(0.2);
});

test.each<readonly [readonly string[], string, string]>([
  [['base=a', 'head=b'], 'base', 'head'],
  [['head=b', 'base=a'], 'base', 'head'],
  [['old=a', 'new=b'], 'old', 'new'],
  [['head=b', 'old=a'], 'old', 'head'],
  [['new=b', 'base=a'], 'base', 'new'],
])('%s: the base is %s', (arm, base, head) => {
  expect(read({ arm })?.gate).toMatchObject({ base, head });
  expect(read({ arm })?.sources.map(({ name }) => name)).toEqual([base, head]);
});

test('a place may hold an equals sign', () => {
  expect(read({ arm: ['base=a=b', 'head=.'] })?.sources[0]).toEqual({ name: 'base', where: 'a=b' });
});

describe('one clear message', () => {
  test.each<readonly [Record<string, unknown>, string]>([
    [
      { arm: ['base=main'] },
      '--arm: got 1, expected two: the code before, --arm base=<folder or git ref>, and the code after, --arm head=.',
    ],
    [{ arm: [...TWO, 'more=x'] }, '--arm: got 3, expected two'],
    [{ arm: ['base=a', 'base=b'] }, '--arm: both are named "base"'],
    [{ arm: ['main', 'head=.'] }, '--arm: got "main", expected a name and where its code is'],
    [{ arm: ['base=', 'head=.'] }, '--arm: got "base=", expected a name'],
    [{ arm: ['a:b=x', 'head=.'] }, '--arm: got "a:b=x", expected a name'],
    [{ arm: TWO, trials: '8' }, '--trials: beside --arm the looks say'],
    [{ arm: TWO, looks: '12,6' }, '--looks: got "12,6", expected up to 20 ascending numbers'],
    [{ arm: TWO, looks: '0' }, '--looks: got "0"'],
    [{ arm: TWO, looks: '' }, '--looks: got ""'],
    [{ arm: TWO, looks: '1001' }, '--looks: got "1001"'],
    [{ arm: TWO, looks: Array.from({ length: 21 }, (_, at) => at + 1).join() }, '--looks: got "1,2,3'],
    [{ arm: TWO, alpha: '0' }, '--alpha: got "0", expected the share of runs'],
    [{ arm: TWO, alpha: '0.6' }, '--alpha: got "0.6"'],
    [{ arm: TWO, alpha: 'x' }, '--alpha: got "x"'],
    [{ arm: TWO, gate: 'response-time.p5' }, 'did you mean "response-time.p50"?'],
    [{ arm: TWO, maxRegression: '0%' }, '--max-regression: got "0%", expected a share above 0, like 5%'],
    [{ arm: TWO, maxRegression: '5' }, 'did you mean "5%"?'],
    [{ arm: TWO, maxRegression: '-5%' }, '--max-regression: got "-5%"'],
    [{ arm: TWO, budget: 'long' }, '--budget: got "long", expected a time like'],
    [{ arm: TWO, setupTimeout: '0s' }, '--setup-timeout: got "0s", expected a time from 1ms to 24h'],
    [{ arm: TWO, setupTimeout: '999h' }, '--setup-timeout: got "999h"'],
    [{ setup: 'make' }, '--setup: goes with two builds only'],
    [{ budget: '1m' }, '--budget: goes with two builds only'],
  ])('%o', (options, message) => {
    expect(whyNot(options)).toContain(message);
  });
});
