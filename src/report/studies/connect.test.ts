import { describe, expect, it } from 'vitest';
import { connecting, opening, relayed, reuse } from '../../../test/fixtures/connect-record.ts';
import { armOf } from '../../../test/fixtures/record.ts';
import { type FixtureStep, measured, studyRecord } from '../../../test/fixtures/study-record.ts';
import { studySteps } from '../../stats/study-steps.ts';
import { render } from './connect.ts';

const MS = 1e6;
const SESSION = 'streamable-http';
const REQUESTS = 'streamable-http@2026-07-28';

function rendered(steps: readonly FixtureStep<'connect'>[]) {
  const record = studyRecord({ study: 'connect', steps });
  const [planned] = record.plan.studies;
  if (planned === undefined) throw new Error('no study');
  return render(studySteps(record, 'connect'), { ...planned, arms: [SESSION, REQUESTS].map(armOf) });
}

const requests = connecting({
  handshake: false,
  cold: opening({ tlsNs: 1.5 * MS, upBytes: 600, downBytes: 400 }),
  calls: [{ serviceNs: MS, upBytes: 600, downBytes: 400 }],
  closing: { upBytes: 0, downBytes: 0 },
  warmCallsNs: [0.75 * MS],
  relayed: [...relayed('cold', 2), ...relayed('warm', 1)],
});
const both = (repeats: number) => [
  ...measured<'connect'>({ arm: REQUESTS }, requests, repeats),
  ...measured<'connect'>({ arm: SESSION }, connecting(), repeats),
];

describe('the study of connecting in a report', () => {
  it('shows cold and warm, arms in their order, and a dash for what was not done', () => {
    const { tables } = rendered(both(1));
    expect(tables.map(({ rows }) => rows.map(([name]) => name))).toEqual([
      ['Streamable HTTP', 'Streamable HTTP 2026-07-28'],
      ['Streamable HTTP', 'Streamable HTTP 2026-07-28'],
    ]);
    const [cold, warm] = tables;
    expect(cold?.rows[0]).toEqual([
      'Streamable HTTP',
      '1.00 ms',
      '–',
      '2.00 ms',
      '3.00 ms',
      '4.00 ms',
      '4.0',
      '600/500 B',
      '1',
    ]);
    expect(cold?.rows[1]?.[2]).toBe('1.50 ms');
    expect(warm?.rows[0]?.slice(0, 2)).toEqual(['Streamable HTTP', '–']);
  });

  it('says when the handshake has paid for itself, and that its round trips never do', () => {
    const [note = ''] = rendered(both(6)).notes;
    expect(note).toMatch(/^Streamable HTTP \(one handshake\) against Streamable HTTP 2026-07-28/);
    expect(note).toContain(
      'paid for itself with call 4 (1,360 B against 1,000 B for a session of one call, 880 B against 1,000 B',
    );
    expect(note).toContain('2 round trips more cold and 1 more warm');
    expect(note).toContain('with 250 µs saved per call');
  });

  it('says nothing of time from too few repetitions', () => {
    expect(rendered(both(2)).notes[0]).toContain('too few to tell whether its calls are faster');
  });

  it('has a note for the two eras only', () => {
    expect(rendered(measured<'connect'>({ arm: SESSION }, connecting())).notes).toHaveLength(1);
    expect(rendered([]).notes).toEqual([]);
  });

  it('shows what a session is worth that is used again', () => {
    const step = (session: string, connections: string, calls: number) =>
      measured<'connect'>({ arm: SESSION, session, connections }, reuse(calls));
    const { tables } = rendered([
      ...step('per-call', 'new', 100),
      ...step('per-call', 'kept', 300),
      ...step('shared', 'kept', 1_000),
    ]);
    expect(tables).toHaveLength(1);
    expect(tables[0]?.rows).toEqual([
      ['Streamable HTTP: one session for all calls', '1,000', '100 %', '0'],
      ['Streamable HTTP: a session for each call, connections kept', '300', '30 %', '0'],
      ['Streamable HTTP: a session for each call, connections of its own', '100', '10 %', '0'],
    ]);
  });
});
