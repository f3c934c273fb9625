import { describe, expect, test } from 'vitest';
import { parseScenario } from './parse-scenario.ts';
import { ScenarioError } from './scenario-error.ts';

const FILE = `name: mine
title: A title
shows: What it shows.
scripts:
  - name: ask
    steps:
      - call: echo
load: { model: closed }
window: 1s
vary: { payload: [64B, 4KiB] }
quick: { vary: { payload: [16B] } }
thresholds:
`;
const withThresholds = (...thresholds: readonly string[]): string =>
  FILE + thresholds.map((one) => `  - ${one}\n`).join('');

function problemsOf(text: string): readonly string[] {
  try {
    parseScenario(text, 'my.yaml');
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}

test('limits of a file are about its scenario, and know where they stand', () => {
  const text = withThresholds('rate > 1/s', 'websocket rate > 1/s', 'mine sse rate > 1/s', 'mine[64B] rate > 1/s');
  const { thresholds } = parseScenario(text, 'my.yaml');
  expect(thresholds.map(({ place, words }) => [place, words.text, words.subjects])).toEqual([
    ['my.yaml:13:5', 'rate > 1/s', ['mine']],
    ['my.yaml:14:5', 'websocket rate > 1/s', ['mine', 'websocket']],
    ['my.yaml:15:5', 'mine sse rate > 1/s', ['mine', 'sse']],
    ['my.yaml:16:5', 'mine[64B] rate > 1/s', ['mine[64B]']],
  ]);
});

describe('refused', () => {
  test.each([
    ['fast', 'got "fast", expected a threshold like "websocket response-time.p99 < 5ms"'],
    ['5', 'got 5, expected a threshold like "websocket response-time.p99 < 5ms"'],
    ['rate < 5ms', 'got "5ms" for rate, expected a rate like 2000/s'],
    ['rat < 5/s', 'got metric "rat", expected one of those that "list metrics" shows; did you mean "rate"?'],
    ['other sse rate > 1/s', 'got scenario "other", expected this file\'s own, "mine", or only an arm'],
    ['mine[1B] rate > 1/s', 'got cell "mine[1B]", expected one of this scenario, mine[64B], mine[4KiB], mine[16B]'],
    ['sse delivery.p50 < 1s', 'got delivery.p50 of "mine", expected a metric that it has: nothing is published there'],
  ])('%s', (threshold, message) => {
    expect(problemsOf(withThresholds('rate > 1/s', threshold))).toEqual([`my.yaml:14:5: thresholds[1]: ${message}`]);
  });

  test('an empty list', () => {
    expect(problemsOf(FILE.replace('thresholds:\n', 'thresholds: []\n'))).toEqual([
      'my.yaml:12:13: thresholds: got an empty list, expected a list of 1 to 100 thresholds',
    ]);
  });
});
