import { describe, expect, it } from 'vitest';
import { connecting, opening, relayed } from '../../test/fixtures/connect-record.ts';
import { measured, studyRecord } from '../../test/fixtures/study-record.ts';
import { summarise } from '../stats/summarise.ts';
import { defaultTransport } from './default-transport.ts';

const MS = 1e6;
const COLD_AND_WARM = [
  'cold: 4.00 ms, 4 round trips, 1 new socket to the first result',
  'warm: 2.00 ms, 2 round trips, 0 new sockets to the first result',
];

describe('what the row shows of connecting', () => {
  const steps = [
    ...measured<'connect'>({ arm: 'sse' }, connecting(), 2),
    ...measured<'connect'>({ arm: 'sse', session: 'shared' }, { connecting: null, reuse: null }),
  ];
  const record = studyRecord({ study: 'connect', steps });

  it('stands beside what the probe saw, for the arm that was looked at', () => {
    const { measured: lines } = defaultTransport.evaluate(summarise(record));
    expect(lines['sse']?.slice(-2)).toEqual(COLD_AND_WARM);
    expect(lines['sse']).toHaveLength(5);
    expect(lines['websocket']).toHaveLength(3);
  });

  it('stands by itself where no probe was made, and decides nothing', () => {
    const without = { ...record, matching: { ...record.matching, facts: [] } };
    const { measured: lines, verdict } = defaultTransport.evaluate(summarise(without));
    expect(lines['sse']).toEqual(COLD_AND_WARM);
    expect(verdict).toMatchObject({ word: 'not measured', lacks: 'data' });
  });

  it('leaves out round trips that were not counted', () => {
    const uncounted = connecting({ cold: opening({ firstResultNs: 7 * MS }), relayed: relayed('warm', 1) });
    const other = studyRecord({ study: 'connect', steps: measured<'connect'>({ arm: 'websocket' }, uncounted) });
    expect(defaultTransport.evaluate(summarise(other)).measured['websocket']?.at(-2)).toBe(
      'cold: 7.00 ms, 1 new socket to the first result',
    );
  });
});
