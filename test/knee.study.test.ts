/** The study of knees, through the whole program: a few probes of it, whose books must balance on every machine. */
import { expect, test } from 'vitest';
import { studySteps } from '../src/stats/study-steps.ts';
import { fileIn, runCommand, temporaryFolder } from './fixtures/command.ts';
import { runStudy } from './fixtures/run-study.ts';

const FEW_PROBES = 3;
const LITTLE = `
name: little-knee
title: A little of a knee
shows: That probes are trials.
study: knee
arms: [sse]
settings: { from: 200/s, clients: 2, warmup: 20ms, window: 50ms, probes: ${FEW_PROBES}, budget: 2m }
`;

test('probes are trials of their own, counted, bounded and in the record', { timeout: 120_000 }, async () => {
  const file = fileIn(temporaryFolder(), 'little.yaml', LITTLE);
  const words = [file, '-t', 'websocket,stdio', '--limit', 'p50 <= 2s', '--pacing', 'timer', '--placement', 'free'];
  const { record, code, stdout, stderr } = await runStudy(words);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const steps = studySteps(record, 'knee');
  expect(new Set(steps.map(({ subject }) => subject['arm']))).toEqual(new Set(['stdio', 'websocket']));
  expect(steps).toHaveLength(2);
  for (const { outcome } of steps) {
    if (outcome.status !== 'measured') throw new Error(JSON.stringify(outcome));
    const { probes, ending, pacing, placement } = outcome.data;
    expect({ ending, pacing, placement, probes: probes.length }).toEqual({
      ending: 'out-of-bounds',
      pacing: 'timer',
      placement: 'left to the scheduler: as asked',
      probes: FEW_PROBES,
    });
    expect(probes.map(({ purpose }) => purpose)).toEqual(['bracket', 'bracket', 'bracket']);
    // Half a thousand calls, however short the window is.
    for (const { calls } of probes) expect(calls.due).toBeGreaterThan(350);
  }
  expect(record.asked).toEqual([
    file,
    '--transport',
    'websocket,stdio',
    '--pacing',
    'timer',
    '--placement',
    'free',
    '--limit',
    'p50 <= 2s',
  ]);
  expect(stdout).toContain('Sustained: p50 <= 2s');
  // Lines are broken where they end.
  expect(stdout.replaceAll('\n', ' ')).toContain('processes left to the scheduler');
  // Nothing here is a row of the article's comparison.
  expect(stdout).not.toContain('Metric / Feature');
});

test.each([
  [['knee', '--limit', 'quick'], '--limit: got "quick", expected a limit like "p99 <= 10ms"'],
  [['tool-calls', '--limit', 'p99 <= 5ms'], '--limit: got a limit, but nothing that is run here searches for a rate'],
  [['binary', '--pacing', 'spin'], '--pacing: got "spin", but "binary" is a study that keeps no calendar by it'],
  [['tool-calls', '--pacing', 'sleepy'], '--pacing: got "sleepy", expected one of spin, timer, thread'],
  [['tool-calls', '--placement', 'near'], '--placement: got "near", expected apart, same, free, or'],
])('%j is refused in one line', async (words, message) => {
  const { code, stdout, stderr } = await runCommand(['run', ...words], temporaryFolder());
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});
