import { describe, expect, test } from 'vitest';
import { type ListenerCost, listenersRecord, SAME_COST } from '../../test/fixtures/listeners.ts';
import { studySteps } from './study-steps.ts';
import {
  cpuShare,
  fullest,
  type ListenersStep,
  memoryPoints,
  memorySlope,
  stepsOfArm,
  UPDATE_MEASURES,
  updatePairs,
} from './listeners.ts';

function stepsOf(costs: Readonly<Record<string, ListenerCost>>, noise = 0): readonly ListenersStep[] {
  const record = listenersRecord({ costs, noise, repeats: 2, connections: [0, 50, 100] });
  return studySteps(record, 'listeners').flatMap(({ outcome, ...step }) =>
    outcome.status === 'measured' ? [{ ...step, data: outcome.data }] : [],
  );
}

const COST = { ...SAME_COST, connectedBytes: 9_000, restingBytes: 4_000, cpuPerUpdateUs: 30, bytesPerUpdate: 250 };

describe('steps with listeners', () => {
  const steps = stepsOf({ sse: COST, websocket: SAME_COST });
  const sse = stepsOfArm(steps, 'sse');

  test('are told by their arm', () => {
    expect(sse).toHaveLength(6);
    expect(stepsOfArm(steps, 'stdio')).toEqual([]);
  });

  test('give a point each, and the slope that was put in', () => {
    expect(memoryPoints(sse, 'heap-resting').toSorted((a, b) => a.x - b.x)).toEqual(
      [0, 0, 50, 50, 100, 100].map((x) => ({ x, y: 4_000 * x })),
    );
    expect(memorySlope(sse, 'resident')?.slope).toBeCloseTo(9_000, 6);
    expect(memorySlope(sse, 'heap-connected')?.slope).toBeCloseTo(9_000, 6);
    expect(memorySlope(sse, 'heap-receiving')?.slope).toBeCloseTo(4_000, 6);
  });

  test('of which those with the most listeners are the fullest; with none, none are', () => {
    expect(fullest(sse).map(({ data }) => data.listeners)).toEqual([100, 100]);
    expect(fullest(sse.filter(({ data }) => data.listeners === 0))).toEqual([]);
  });

  test('say what an update cost, where there was one', () => {
    const [none] = sse.filter(({ data }) => data.listeners === 0);
    const [some] = fullest(sse);
    expect(UPDATE_MEASURES.cpu(some!)).toBe(30);
    expect(UPDATE_MEASURES.bytes(some!)).toBe(250);
    expect(UPDATE_MEASURES.delivery(some!)).toBe(2_000_000);
    expect([UPDATE_MEASURES.cpu(none!), UPDATE_MEASURES.delivery(none!)]).toEqual([undefined, undefined]);
    expect(cpuShare({ cpuUserUs: 150_000, cpuSystemUs: 50_000, elapsedNs: 500e6 })).toBeCloseTo(0.4);
  });

  test('pair with the other arm’s at the same number and repetition', () => {
    const pairs = updatePairs(sse, stepsOfArm(steps, 'websocket'), 'cpu');
    expect(pairs).toEqual(Array.from({ length: 4 }, () => ({ arm: 30, base: 20 })));
    const first = stepsOfArm(steps, 'websocket').filter(({ repetition }) => repetition === 0);
    expect(updatePairs(sse, first, 'cpu')).toHaveLength(2);
  });
});
