import { expect, test } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import type { FileThreshold } from '../scenario/draft.ts';
import { ScenarioError } from '../scenario/scenario-error.ts';
import { parseThreshold } from '../scenario/threshold.ts';
import { UsageError } from './exit-code.ts';
import { readGateFlags } from './gate-flags.ts';
import { askThresholds, planGate } from './gate-plan.ts';

const { plan } = fixtureRecord({ blocks: 1 });
const flags = (...texts: readonly string[]) => texts.map(parseThreshold);
const file = (text: string): FileThreshold => ({ words: parseThreshold(text), place: 'my.yaml:9:5' });

test('those of files first, then those of flags, each once', () => {
  const asked = askThresholds(plan, {
    files: [file('tool-calls rate > 1/s')],
    flags: flags('rate>60/min', 'tool-calls  rate>1/s', 'rate > 1/s'),
  });
  expect(asked.thresholds.map(({ text }) => text)).toEqual(['tool-calls rate > 1/s', 'rate>60/min']);
  expect(asked.leftOut).toEqual([]);
});

test('a cell of a file that flags have taken out of the run is left out, and that is said', () => {
  const asked = askThresholds(plan, { files: [file('payload-sizes[1MiB] rate > 1/s')], flags: [] });
  expect(asked).toEqual({
    thresholds: [],
    leftOut: ['my.yaml:9:5: not judged, for this run has no cell "payload-sizes[1MiB]"'],
  });
});

test('whoever set the limit is named', () => {
  const ask = (files: readonly FileThreshold[], texts: readonly string[]) => () =>
    askThresholds(plan, { files, flags: flags(...texts) });
  expect(ask([file('tool-calls stdio rate > 1/s')], [])).toThrow(ScenarioError);
  expect(ask([file('tool-calls stdio rate > 1/s')], [])).toThrow(
    /^my\.yaml:9:5: thresholds: got arm "stdio", expected/,
  );
  expect(ask([], ['payload-sizes[1MiB] rate > 1/s'])).toThrow(UsageError);
  expect(ask([], ['payload-sizes[1MiB] rate > 1/s'])).toThrow(
    /^--threshold: got scenario or arm "payload-sizes\[1MiB\]"/,
  );
});

test('a plan has a gate only where something is asked', () => {
  const planned = (options: Record<string, unknown>, files: readonly FileThreshold[] = []) =>
    planGate(plan, { flags: readGateFlags(options), files, version: '0.1.0', pairs: undefined, reruns: undefined });
  expect(planned({})).toEqual({ plan, remarks: [] });
  const { thresholds } = askThresholds(plan, { files: [], flags: flags('rate > 1/s') });
  const gated = planned({ threshold: ['rate > 1/s'] }, [file('payload-sizes[1MiB] rate > 1/s')]);
  expect(gated.plan).toEqual({ ...plan, gate: { thresholds, reruns: Math.ceil(plan.blocks / 2) } });
  expect(gated.remarks).toHaveLength(1);
});
