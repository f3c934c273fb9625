import { expect, it } from 'vitest';
import {
  CUT_IN_SILENCE,
  EVENTS_HELD,
  NOT_INSTALLED,
  NO_SESSION,
  PASSES,
  measured,
  proxiesRecord,
  withLines,
} from '../../../test/fixtures/proxies-record.ts';
import type { PlannedStudy } from '../../scenario/study.ts';
import { studySteps } from '../../stats/study-steps.ts';
import { render } from './proxies.ts';

function rendered(hops: Parameters<typeof proxiesRecord>[0]) {
  const record = proxiesRecord(hops);
  return render(studySteps(record, 'proxies'), record.plan.studies[0] as PlannedStudy);
}

it('shows a matrix of hops and arms, in the order of hops: what passes, what a silence does, what it costs', () => {
  const { tables, notes } = rendered({
    'nginx-tuned': { sse: [measured(withLines(PASSES, 1))], websocket: [measured(withLines(PASSES, 2))] },
    'nginx-bare': { sse: [NOT_INSTALLED], websocket: [{ status: 'failed', error: 'it fell over' }] },
    'idle-timeout': { sse: [measured(CUT_IN_SILENCE)], websocket: [measured(EVENTS_HELD)] },
    'strip-upgrade': { sse: [measured(PASSES)], websocket: [measured(NO_SESSION)] },
  });
  expect(tables.map(({ heads }) => heads)).toEqual(Array.from({ length: 4 }, () => ['', 'sse', 'websocket']));
  expect(tables.map(({ rows }) => rows)).toEqual([
    [
      ['strips Upgrade', 'pass', 'no session'],
      ['idle timeout', 'pass', 'events held'],
      ['nginx, bare', 'not measured', 'step failed'],
      ['nginx, tuned', 'pass', 'pass'],
    ],
    [
      ['strips Upgrade', 'lives / lives', '–'],
      ['idle timeout', 'fails / lives', 'lives / lives'],
      ['nginx, bare', 'not measured', 'step failed'],
      ['nginx, tuned', 'lives / lives', 'lives / lives'],
    ],
    [
      ['strips Upgrade', '1.00 ms', '–'],
      ['idle timeout', '1.00 ms', '1.00 ms'],
      ['nginx, bare', 'not measured', 'step failed'],
      ['nginx, tuned', '1.00 ms', '1.00 ms'],
    ],
    [
      ['strips Upgrade', '1.00 ms 1.50×', '–'],
      ['idle timeout', '1.00 ms 1.50×', '1.00 ms 1.50×'],
      ['nginx, bare', 'not measured', 'step failed'],
      ['nginx, tuned', '1.00 ms 1.50×', '1.00 ms 1.50×'],
    ],
  ]);
  expect(notes).toEqual(
    expect.arrayContaining([
      'nginx, tuned, 1 line beyond bare: line 1; (sse)',
      'nginx, tuned, 2 lines beyond bare: line 1; line 2; (websocket)',
      'Programs: nginx 1.22.1.',
    ]),
  );
});

it('says each thing that repetitions say', () => {
  const steps = [measured(PASSES), measured(NO_SESSION), measured(PASSES)];
  expect(rendered({ 'tcp-relay': { sse: steps, websocket: steps } }).tables[0]?.rows).toEqual([
    ['TCP relay', 'pass, no session', 'pass, no session'],
  ]);
});

it('shows nothing where nothing was measured', () => {
  expect(rendered({ 'nginx-bare': { sse: [NOT_INSTALLED], websocket: [NOT_INSTALLED] } })).toEqual({
    lines: [],
    tables: [],
    notes: [],
  });
});
