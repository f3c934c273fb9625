import { afterEach, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { scenarioOf } from '../../test/fixtures/cells.ts';
import { callStep, ms, simulate, type Simulation } from '../../test/fixtures/load.ts';
import { callsBalance } from '../measure/books.ts';
import { topicUri } from '../mcp/events.ts';
import { decodeHistogram } from '../measure/histogram.ts';
import type { Recorded } from '../measure/recorder.ts';
import { seededRandom } from '../scenario/random.ts';
import { type LoadModel, MISBEHAVIOURS, type Scenario, type Step } from '../scenario/scenario.ts';
import { nanoseconds, perSecond } from '../units.ts';
import { calendarLength } from '../scenario/calendar-length.ts';
import { pickScript } from './script.ts';

const started: Simulation[] = [];
afterEach(() => {
  for (const { clients } of started.splice(0)) for (const { mcp } of clients) mcp.detach();
});

async function run(
  special: Partial<Scenario>,
  delay?: Parameters<typeof simulate>[1],
  kind: 'warmup' | 'window' = 'window',
) {
  const scenario = scenarioOf({
    name: 'test',
    scripts: [{ name: 'one', weight: 1, steps: [callStep()] }],
    window: { timeNs: ms(1_000), calls: undefined },
    ...special,
  });
  const simulation = await simulate(scenario, delay);
  started.push(simulation);
  return { ...(await simulation.run(kind)), simulation };
}

const steps = (...list: Step[]): Partial<Scenario> => ({ scripts: [{ name: 'script', weight: 1, steps: list }] });
const closed = (thinkMs = 0): LoadModel => ({ kind: 'closed', thinkNs: ms(thinkMs) });
const open = (rate: number, maxInFlight = 1_000): LoadModel => ({
  kind: 'open',
  arrivals: 'constant',
  ratePerSec: perSecond(rate),
  maxInFlight,
});
const quantile = ({ responseTime }: Recorded, q: number): number =>
  Number(decodeHistogram(responseTime).valueAtQuantile(q)) / 1e6;

describe('closed loop', () => {
  test('each client waits for its answer and for its thoughts: the rate follows the server', async () => {
    const { recorded, report } = await run({ load: closed(6), clients: 3 }, () => 4);
    expect(recorded.calls).toMatchObject({ due: 300, ok: 300 });
    expect([recorded.responseTime.minNs, recorded.responseTime.maxNs]).toEqual([ms(4), ms(4)]);
    expect(report).toEqual({ offeredPerSec: null, lengthNs: ms(1_000) });
  });

  test('a stall costs one caller: what the open loop is there for', async () => {
    const { recorded } = await run({ load: closed() }, stalled(1));
    expect(quantile(recorded, 0.99)).toBeLessThan(2);
  });

  test.each([
    ['by calls', { timeNs: undefined, calls: 7 }, 7],
    ['by time', { timeNs: ms(50), calls: undefined }, 50],
    ['by calls, whichever comes first', { timeNs: ms(50), calls: 7 }, 7],
    ['by time, whichever comes first', { timeNs: ms(50), calls: 1_000 }, 50],
  ])('a window ends %s', async (_, window, calls) => {
    const { recorded } = await run({ load: closed(), window });
    expect(recorded.calls.due).toBe(calls);
  });

  test.each([
    ['the time, when the calls came sooner', { timeNs: ms(50), calls: 7 }, 50],
    ['the calls, when the time was over sooner', { timeNs: ms(5), calls: 20 }, 20],
    ['the calls alone', { timeNs: undefined, calls: 20 }, 20],
    ['ten times its time and no longer', { timeNs: ms(5), calls: 2_000 }, 50],
  ])('a warm-up waits for %s', async (_, warmup, calls) => {
    const { recorded } = await run({ load: closed(), warmup }, undefined, 'warmup');
    expect(recorded.calls.due).toBe(calls);
  });

  test('a client that has lost its connection stops, the others go on', async () => {
    const scenario = scenarioOf({
      name: 'test',
      ...steps(callStep()),
      load: closed(),
      clients: 2,
      window: { timeNs: ms(100), calls: undefined },
    });
    const simulation = await simulate(scenario);
    simulation.clock.at(ms(60), () => simulation.clients[0]?.mcp.onClosed('cut'));
    const { recorded } = await simulation.run();
    expect(recorded.calls).toMatchObject({ due: 150, ok: 149, disconnected: 1, errors: ['cut'] });
  });

  test('a client whose one call broke goes on', async () => {
    const scenario = scenarioOf({
      name: 'test',
      scripts: [{ name: 'one', weight: 1, steps: [callStep()] }],
      load: closed(),
      window: { timeNs: ms(100), calls: undefined },
    });
    const simulation = await simulate(scenario);
    const { mcp } = simulation.clients[0] ?? {};
    simulation.clock.at(nanoseconds(ms(60) + 1), () => mcp?.onSendFailure(mcp.nextId - 1, 'reset', 'disconnected'));
    const { recorded } = await simulation.run();
    expect(recorded.calls).toMatchObject({ disconnected: 1, errors: ['reset'] });
    expect(recorded.calls.ok).toBeGreaterThan(90);
  });

  test('a script without calls does not spin', async () => {
    const { recorded } = await run({
      ...steps({ kind: 'think', thinkNs: nanoseconds(0) }),
      load: closed(),
      window: { timeNs: ms(20), calls: undefined },
    });
    expect(recorded.scripts).toBe(20);
  });
});

/** Stands still from 500 ms on for 300 ms. */
const stalled = (delayMs: number) => (nowMs: number) => (nowMs >= 500 && nowMs < 800 ? 800 - nowMs + delayMs : delayMs);

describe('open loop', () => {
  test('everybody who was due while the server stood still waited from when they were due', async () => {
    const { recorded, report } = await run({ load: open(100) }, stalled(1));
    expect(recorded.calls).toMatchObject({ due: 100, ok: 100 });
    expect(quantile(recorded, 0.99)).toBeGreaterThan(280);
    expect(quantile(recorded, 0.5)).toBeLessThan(2);
    expect(quantile(recorded, 0.85)).toBeGreaterThan(100);
    // The calendar was kept all the same: what the server does is no evidence.
    const kept = { count: 100, plannedPerSec: 100, startedPerSec: 100, distance: 0 };
    expect(report).toMatchObject({ offeredPerSec: 100, lengthNs: ms(1_000), kept });
  });

  test('a driver that is late says so, and its lateness is in the response time', async () => {
    const scenario = scenarioOf({
      name: 'test',
      ...steps(callStep()),
      load: open(100),
      window: { timeNs: ms(100), calls: undefined },
    });
    const simulation = await simulate(scenario, undefined, 3);
    started.push(simulation);
    const { recorded } = await simulation.run();
    expect(recorded.sendLag).toMatchObject({ count: 10, minNs: ms(3), maxNs: ms(3) });
    expect(recorded.serviceTime.maxNs).toBe(ms(1));
    expect(recorded.responseTime.maxNs).toBe(ms(4));
  });

  test('what exceeds the limit in flight is dropped and counted', async () => {
    const { recorded: stuck } = await run({ load: open(100, 2) }, () => undefined);
    expect(stuck.calls).toMatchObject({ due: 100, timedOut: 2, dropped: 98 });
    const { recorded: slow } = await run({ load: open(100, 2) }, () => 400);
    expect(slow.calls.dropped).toBeGreaterThan(80);
    expect(slow.calls.due).toBe(100);
    expect(callsBalance(slow.calls)).toBe(true);
  });

  test('sessions: the first script is due by the calendar, the others when the one before has ended', async () => {
    const load: LoadModel = {
      kind: 'sessions',
      arrivals: 'constant',
      ratePerSec: perSecond(10),
      repeats: 3,
      maxInFlight: 100,
    };
    const { recorded, report } = await run({ ...steps(callStep(), callStep()), load, clients: 2 }, () => 20);
    expect(recorded.calls).toMatchObject({ due: 60, ok: 60 });
    expect(recorded.scripts).toBe(30);
    expect(recorded.responseTime.maxNs).toBe(ms(20));
    expect(recorded.sendLag.count).toBe(10);
    expect(recorded.scriptTime.maxNs).toBe(ms(40));
    expect(report.offeredPerSec).toBe(30);
  });

  test('a window or warm-up with time and calls is as long as the closed loop’s', () => {
    const both = { timeNs: ms(200), calls: 100 };
    expect(calendarLength('window', both, 200)).toBe(ms(200));
    expect(calendarLength('window', both, 1_000)).toBe(ms(100));
    expect(calendarLength('warmup', both, 200)).toBe(ms(500));
    expect(calendarLength('warmup', both, 1_000)).toBe(ms(200));
    expect(calendarLength('warmup', both, 1)).toBe(ms(2_000));
    expect(calendarLength('warmup', { timeNs: undefined, calls: 100 }, 200)).toBe(ms(500));
    expect(calendarLength('window', { timeNs: ms(7), calls: undefined }, 0)).toBe(ms(7));
  });
});

test('nobody calls: the phase lasts its time', async () => {
  const { recorded, endedMs } = await run({
    load: { kind: 'none' },
    scripts: [],
    window: { timeNs: ms(70), calls: undefined },
  });
  expect(recorded.calls.due).toBe(0);
  expect(endedMs).toBeGreaterThanOrEqual(70);
});

describe('answers', () => {
  const TOOLS: Step[] = [
    callStep(),
    callStep({ tool: 'store' }),
    callStep({ tool: 'progress', progressSteps: 3 }),
    callStep({ tool: 'delay', delayNs: ms(5) }),
    callStep({ tool: 'produce', answerBytes: 100 as never }),
    { kind: 'ping' },
  ];

  test('every tool’s right answer is ok', async () => {
    const { recorded, simulation } = await run({
      ...steps(...TOOLS),
      load: closed(),
      window: { timeNs: undefined, calls: 6 },
    });
    expect(recorded.calls).toMatchObject({ due: 6, ok: 6, errors: [] });
    expect(recorded.progress).toMatchObject({ published: 3, delivered: 3, lost: 0 });
    expect(simulation.called).toEqual(['echo', 'store', 'progress', 'delay', 'produce', 'ping']);
  });

  test.each([
    ['fail', undefined, { rejected: 1, errors: ['the tool answered with an error'] }],
    ['misbehave', 'wrong-text', { wrong: 1, misrouted: 1, errors: ['the answer carries another call’s nonce'] }],
    ['misbehave', 'wrong-id', { timedOut: 1, misrouted: 1 }],
    ['misbehave', 'not-json', { timedOut: 1, unreadable: 1 }],
    ['misbehave', 'twice', { ok: 1, duplicated: 1 }],
    ['misbehave', 'never', { timedOut: 1, errors: ['no answer in time'] }],
  ] as const)('%s %s', async (tool, misbehaviour, expected) => {
    const { recorded } = await run({
      ...steps(callStep({ tool, misbehaviour })),
      load: closed(),
      timeoutNs: ms(50),
      window: { timeNs: undefined, calls: 1 },
    });
    expect(recorded.calls).toMatchObject({ due: 1, ...expected });
    expect(callsBalance(recorded.calls)).toBe(true);
  });

  test('progress of a call that was given up is nobody’s, whenever it comes', async () => {
    const scenario = scenarioOf({
      name: 'test',
      ...steps(callStep({ tool: 'progress', progressSteps: 4 }), { kind: 'think', thinkNs: ms(100) }),
      load: closed(),
      timeoutNs: ms(50),
      window: { timeNs: undefined, calls: 1 },
    });
    const simulation = await simulate(scenario, () => undefined);
    started.push(simulation);
    const { mcp } = simulation.clients[0]!;
    const token = mcp.nextId;
    // One comes while the call is waited for, one after it has been given up.
    for (const [progress, atMs] of [
      [1, 30],
      [2, 120],
    ] as const) {
      const text = JSON.stringify({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: token, progress },
      });
      simulation.clock.at(ms(atMs), () => mcp.onMessage(text, text.length));
    }
    const { recorded } = await simulation.run();
    expect(mcp.counts.messagesDown).toBe(3); // Both, and the answer to initialize.
    expect(recorded.calls).toMatchObject({ due: 1, timedOut: 1 });
    expect(recorded.progress).toEqual({ published: 0, delivered: 0, lost: 0, duplicated: 0, reordered: 0 });
  });

  test('a wait ends with its event, or is a call that timed out', async () => {
    const wait: Step = { kind: 'wait', topic: 'feed', timeoutNs: ms(30) };
    const { recorded } = await run({ ...steps(wait), load: closed(), window: { timeNs: ms(60), calls: undefined } });
    expect(recorded.calls).toMatchObject({ due: 2, timedOut: 2, errors: ['no event on "feed" in time'] });
    const scenario = scenarioOf({
      name: 'test',
      ...steps(wait, callStep()),
      load: closed(),
      window: { timeNs: undefined, calls: 1 },
    });
    const simulation = await simulate(scenario);
    await simulation.clients[0]!.mcp.request('resources/subscribe', { uri: topicUri('feed') });
    const published: number[] = [];
    simulation.clock.at(ms(25), () => {
      published.push(simulation.server.publish({ topic: 'feed', run: 2, sequence: 0, dueNs: ms(25) }, 8 as never));
    });
    const { recorded: woken } = await simulation.run();
    expect(published).toEqual([1]);
    expect(woken.calls).toMatchObject({ due: 1, ok: 1, timedOut: 0 });
    expect(woken.scriptTime.maxNs).toBeGreaterThanOrEqual(ms(15));
  });

  test('whatever comes of them, everything due is in one count', async () => {
    const step = fc.oneof(
      fc
        .constantFrom(...MISBEHAVIOURS.filter((how) => how !== 'die'))
        .map((misbehaviour) => callStep({ tool: 'misbehave', misbehaviour })),
      fc.constantFrom(...TOOLS, callStep({ tool: 'fail' })),
      fc.constant<Step>({ kind: 'wait', topic: 'feed', timeoutNs: ms(3) }),
    );
    const load = fc.oneof(
      fc.constant(closed()),
      fc
        .record({ rate: fc.integer({ min: 1, max: 500 }), most: fc.integer({ min: 1, max: 4 }) })
        .map(({ rate, most }) => open(rate, most)),
      fc.integer({ min: 1, max: 3 }).map((repeats): LoadModel => ({
        kind: 'sessions',
        arrivals: 'poisson',
        ratePerSec: perSecond(50),
        repeats,
        maxInFlight: 3,
      })),
    );
    const delays = fc.array(fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }), {
      minLength: 1,
      maxLength: 7,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 4 }),
        load,
        delays,
        fc.option(fc.integer({ min: 0, max: 90 })),
        async (list, model, times, cutMs) => {
          const scenario = scenarioOf({
            name: 'test',
            ...steps(...list),
            load: model,
            clients: 2,
            timeoutNs: ms(20),
            window: { timeNs: ms(80), calls: undefined },
          });
          let turn = 0;
          const simulation = await simulate(scenario, () => times[(turn += 1) % times.length]);
          started.push(simulation);
          if (cutMs !== null) simulation.clock.at(ms(cutMs), () => simulation.clients[0]?.mcp.onClosed('cut'));
          const { calls, progress, responseTime } = (await simulation.run()).recorded;
          expect(callsBalance(calls)).toBe(true);
          expect(responseTime.count).toBe(calls.ok);
          expect(progress.lost).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('scripts are picked by their weights', () => {
  const scripts = [1, 3, 6].map((weight) => ({ name: String(weight), weight, steps: [] }));
  const random = seededRandom(3);
  const counts = new Map<string, number>();
  for (let turn = 0; turn < 10_000; turn += 1) {
    const { name } = pickScript(scripts, random);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const { name, weight } of scripts) expect(Math.abs((counts.get(name) ?? 0) - weight * 1_000)).toBeLessThan(200);
  expect(() => pickScript([], random)).toThrow('needs a script');
});

test('what the calendar calls for after a client is lost is due, and disconnected', async () => {
  const scenario = scenarioOf({
    name: 'test',
    scripts: [{ name: 'two', weight: 1, steps: [callStep(), callStep()] }],
    load: open(100),
    window: { timeNs: ms(100), calls: undefined },
  });
  const simulation = await simulate(scenario);
  simulation.clients[0]?.mcp.onClosed('cut in the warm-up');
  const { recorded } = await simulation.run();
  expect(recorded.calls).toMatchObject({ due: 20, ok: 0, disconnected: 20, errors: ['cut in the warm-up'] });
});
