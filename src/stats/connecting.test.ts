import { describe, expect, it } from 'vitest';
import { connecting, opening, relayed } from '../../test/fixtures/connect-record.ts';
import { measured, studyRecord } from '../../test/fixtures/study-record.ts';
import type { StudyData } from '../result/study-data.ts';
import { type ArmConnecting, breakEvenInTime, breakEvenOf, connectingOf, roundTripsOf } from './connecting.ts';
import { studySteps } from './study-steps.ts';

const MS = 1e6;
type Data = StudyData['connect'];

function armsOf(found: Readonly<Record<string, readonly Data[]>>): readonly ArmConnecting[] {
  const steps = Object.entries(found).flatMap(([arm, runs]) =>
    runs.flatMap((data) => measured<'connect'>({ arm }, data)),
  );
  return connectingOf(studySteps(studyRecord({ study: 'connect', steps }), 'connect'));
}

describe('what was found of an arm', () => {
  it('is the median over its repetitions, and says nothing of what was not done', () => {
    const runs = [4, 9, 5].map((ms) => connecting({ cold: opening({ firstResultNs: ms * MS }) }));
    const [arm] = armsOf({ websocket: runs });
    expect(arm?.cold).toMatchObject({ firstResultNs: 5 * MS, tcpNs: MS, tlsNs: undefined, sockets: 1 });
    expect(arm?.warm).toMatchObject({ tcpNs: undefined, sockets: 0 });
  });

  it('leaves out steps that failed', () => {
    const steps = [
      { subject: { arm: 'sse' }, outcome: { status: 'failed' as const, error: 'no' } },
      ...measured<'connect'>({ arm: 'websocket' }, connecting()),
    ];
    const record = studyRecord<'connect'>({ study: 'connect', steps });
    expect(connectingOf(studySteps(record, 'connect')).map(({ armId }) => armId)).toEqual(['websocket']);
  });
});

describe('round trips', () => {
  it('are the difference that a network makes, in round trips of that network', () => {
    expect(roundTripsOf([{ relayed: [...relayed('cold', 4), ...relayed('warm', 1)] }], 'cold')).toBe(4);
    expect(roundTripsOf([{ relayed: [...relayed('cold', 4), ...relayed('warm', 1)] }], 'warm')).toBe(1);
  });

  it('are those of the least disturbed of each distance', () => {
    const disturbed = relayed('cold', 4).map((one) => ({
      ...one,
      firstResultNs: one.firstResultNs + one.rttNs + 9 * MS,
    }));
    expect(roundTripsOf([{ relayed: disturbed }, { relayed: relayed('cold', 4) }], 'cold')).toBe(4);
  });

  it('are not known from one distance', () => {
    expect(roundTripsOf([{ relayed: relayed('cold', 4).slice(0, 1) }], 'cold')).toBeUndefined();
    expect(roundTripsOf([{ relayed: [] }], 'cold')).toBeUndefined();
  });
});

describe('break-even of a session against requests that stand by themselves', () => {
  const session = connecting();
  const requests = connecting({
    handshake: false,
    cold: opening({ upBytes: 600, downBytes: 400 }),
    calls: [{ serviceNs: MS, upBytes: 600, downBytes: 400 }],
    closing: { upBytes: 0, downBytes: 0 },
    warm: [opening({ firstResultNs: 1 * MS })],
    warmCallsNs: [0.75 * MS],
    relayed: [...relayed('cold', 2), ...relayed('warm', 1)],
  });
  const arms = (runs: number): [ArmConnecting, ArmConnecting] =>
    armsOf({ a: Array<Data>(runs).fill(session), b: Array<Data>(runs).fill(requests) }) as [
      ArmConnecting,
      ArmConnecting,
    ];

  it('in bytes follows from the calls that were weighed, the end included', () => {
    // 1,100 + 260 against 1,000; 880 against 1,000 for each further call: 360 is three times 120.
    expect(breakEvenOf(...arms(2))?.bytes).toEqual([4, 4]);
  });

  it('in round trips says how many more', () => {
    expect(breakEvenOf(...arms(1))?.moreRoundTrips).toEqual({ cold: 2, warm: 1 });
  });

  it('in time grows with the network', () => {
    const point = breakEvenOf(...arms(6));
    if (point === undefined) throw new Error('no break-even');
    // 1 ms later, 0.25 ms saved per call; at 10 ms one round trip more.
    expect(breakEvenInTime(point, 0)).toBe(5);
    expect(breakEvenInTime(point, 10 * MS)).toBe(45);
  });

  it('in time is not told from a few repetitions, nor where a call saves nothing', () => {
    const point = breakEvenOf(...arms(5));
    if (point === undefined) throw new Error('no break-even');
    expect(breakEvenInTime(point, 0)).toBeUndefined();
    const [a] = arms(6);
    const slower: Data = {
      ...requests,
      connecting: requests.connecting && { ...requests.connecting, warmCallsNs: [0.4 * MS] },
    };
    const slow = armsOf({ b: [slower, slower, slower, slower, slower, slower] })[0];
    const other = slow === undefined ? undefined : breakEvenOf(a, slow);
    expect(other === undefined ? 0 : breakEvenInTime(other, 0)).toBeUndefined();
  });

  it('is asked of the two eras only', () => {
    const [a, b] = arms(1);
    expect(breakEvenOf(b, a)).toBeUndefined();
    expect(breakEvenOf(a, a)).toBeUndefined();
  });
});
