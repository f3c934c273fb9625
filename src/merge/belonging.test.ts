import { describe, expect, test } from 'vitest';
import { driver, merge } from '../../test/fixtures/drivers.ts';
import { withMeasurements } from '../../test/fixtures/record.ts';
import { Histogram } from '../measure/histogram.ts';
import type { RunRecord } from '../result/record.ts';
import { perSecond } from '../units.ts';
import { MergeError } from './merge-error.ts';

const [ONE, TWO, THREE] = [driver(1), driver(2), driver(3)];

/** What is said of the last of these records. */
function refusalOf(...records: readonly RunRecord[]): string {
  try {
    merge(...records);
  } catch (error) {
    if (!(error instanceof MergeError)) throw error;
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    return error.message;
  }
  throw new Error('nothing was refused');
}

describe('what does not belong', () => {
  const AS_RUN = 'merge runs of the same words, --seed and release';
  const environment = (change: Partial<RunRecord['environment']>): RunRecord => ({
    ...TWO,
    environment: { ...TWO.environment, ...change },
  });
  const { scenario } = TWO.plan.cells[0]!;
  const faster = {
    ...scenario,
    load: { kind: 'open', arrivals: 'constant', ratePerSec: perSecond(7), maxInFlight: 3 },
  } as const;

  test.each<[string, RunRecord]>([
    [`plan.seed: got 12, expected 11 as in a.json; ${AS_RUN}`, { ...TWO, plan: { ...TWO.plan, seed: 12 } }],
    [
      `plan.cells[0].scenario.load.arrivals (tool-calls): got "constant", expected "poisson" as in a.json; ${AS_RUN}`,
      { ...TWO, plan: { ...TWO.plan, cells: TWO.plan.cells.with(0, { ...TWO.plan.cells[0]!, scenario: faster }) } },
    ],
    [
      `tool.version: got "9.9\\u001b", expected "0.1.0" as in a.json; ${AS_RUN}`,
      { ...TWO, tool: { ...TWO.tool, version: '9.9\u001b' } },
    ],
    [`environment.node: got "22.1.0", expected "20.20.2" as in a.json; ${AS_RUN}`, environment({ node: '22.1.0' })],
    [
      `environment.packages.ws: got "8.0.0", expected "8.23.0" as in a.json; ${AS_RUN}`,
      environment({ packages: { ...TWO.environment.packages, ws: '8.0.0' } }),
    ],
    [
      `matching.facts[1].httpVersion (websocket): got "2", expected "1.1" as in a.json; ${AS_RUN}`,
      {
        ...TWO,
        matching: {
          ...TWO.matching,
          facts: TWO.matching.facts.with(1, { ...TWO.matching.facts[1]!, httpVersion: '2' }),
        },
      },
    ],
    [
      `unsupported[0] (x): got {"armId":"x","cellId":null,"reason":"y"}, expected nothing as in a.json; ${AS_RUN}`,
      { ...TWO, unsupported: [{ armId: 'x', cellId: null, reason: 'y' }] },
    ],
    [
      `environment.nodeFlags[0]: got "--jitless", expected nothing as in a.json; ${AS_RUN}`,
      environment({ nodeFlags: ['--jitless'] }),
    ],
    [
      `stopped: got {"afterBlock":1,"because":"budget"}, expected nothing as in a.json; ${AS_RUN}`,
      { ...TWO, stopped: { afterBlock: 1, because: 'budget' } },
    ],
    [
      `matching.checks[1].status (compression): got "mismatched", expected "matched" as in a.json; ${AS_RUN}`,
      {
        ...TWO,
        matching: {
          ...TWO.matching,
          checks: TWO.matching.checks.with(1, { ...TWO.matching.checks[1]!, status: 'mismatched' }),
        },
      },
    ],
    ['status: got "partial", expected "complete"; run it again', { ...TWO, status: 'partial' }],
    ['is merged itself; name the 2 records that it was made of', merge(TWO, THREE)],
    ['holds the same trials as a.json; name every record once', ONE],
    ['holds the same trials as a.json; name every record once', { ...ONE, startedAt: TWO.startedAt, asked: ['x'] }],
    [
      'trials: got no trial 3 of block 1, attempt 0, which a.json has; merge runs with the same trials',
      { ...TWO, trials: TWO.trials.slice(0, 3) },
    ],
    [
      'trials: got trial 2 of block 1, attempt 1, which a.json does not have; merge runs with the same trials',
      { ...TWO, trials: [...TWO.trials, ...TWO.trials.slice(2).map((trial) => ({ ...trial, attempt: 1 }))] },
    ],
  ])('%s', (problem, record) => {
    expect(refusalOf(ONE, record)).toBe(`b.json: ${problem}`);
  });

  test('a run of studies alone', () => {
    const alone = { ...TWO, plan: { ...TWO.plan, trials: [] }, trials: [] };
    expect(refusalOf(ONE, alone)).toBe(
      'b.json: holds no trials, expected some: only what trials have measured can be added up',
    );
  });

  test('distributions of another precision', () => {
    const histogram = new Histogram('coarse');
    for (let sample = 0; sample < TWO.trials[0]!.measurements[0]!.sendLag.count; sample += 1) histogram.record(1);
    const coarse = withMeasurements(TWO, (one) => ({ ...one, sendLag: histogram.encode() }));
    expect(refusalOf(ONE, coarse)).toBe(
      'b.json: trial 0: a coarse histogram cannot be added to a fine one; merge records that are equally precise',
    );
  });

  test('the third, which is held against the first and the second', () => {
    expect(refusalOf(ONE, TWO, TWO)).toBe('c.json: holds the same trials as b.json; name every record once');
    expect(refusalOf(ONE, TWO, { ...THREE, status: 'failed' })).toMatch(/^c\.json: status: got "failed"/);
  });
});
