import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import type { DriverCommands, DriverReading } from '../driver/commands.ts';
import { decodeHistogram } from '../measure/histogram.ts';
import { Recorder } from '../measure/recorder.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { bytes, milliseconds, nanoseconds, perSecond, seconds } from '../units.ts';
import { type AskedDriver, asOneDriver } from './driver-team.ts';

const chatty = FIXTURE_CELLS.find(({ scenario }) => scenario.publish.length === 0 && scenario.clients > 1)!.scenario;
const even: Scenario = {
  ...chatty,
  clients: 4,
  load: { kind: 'open', arrivals: 'constant', ratePerSec: perSecond(100), maxInFlight: 10 },
};

interface Asked {
  readonly command: keyof DriverCommands;
  readonly body: unknown;
}

/** Answers what it is told to, and remembers what it was asked. */
class FakeDriver {
  readonly asked: Asked[] = [];
  readonly #answers: Partial<Record<keyof DriverCommands, unknown>>;

  constructor(answers: Partial<Record<keyof DriverCommands, unknown>> = {}) {
    this.#answers = answers;
  }

  readonly ask: AskedDriver['ask'] = (command, body) => {
    this.asked.push({ command, body });
    const answer = this.#answers[command];
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(answer as never);
  };

  bodies(command: keyof DriverCommands): unknown[] {
    return this.asked.filter((one) => one.command === command).map(({ body }) => body);
  }
}

/** What a driver says that has made so many calls of so many milliseconds each, half of them in each half of a second. */
function reading(callsMade: number, eachMs: number): DriverReading {
  const recorder = new Recorder({ startNs: nanoseconds(0), durationNs: seconds(1), run: 2 });
  for (let call = 0; call < callsMade; call += 1) {
    const sentNs = nanoseconds((call / callsMade) * 1e9);
    recorder.due();
    recorder.ok(
      { intendedStartNs: sentNs, sentNs, completedNs: nanoseconds(sentNs + milliseconds(eachMs)) },
      'unscheduled',
    );
    recorder.shortScript();
  }
  return {
    ...recorder.finish(0, { misrouted: 0, duplicated: 0, unreadable: 0 }),
    elapsedNs: seconds(1),
    wire: { upBytes: bytes(10 * callsMade), downBytes: bytes(20 * callsMade) },
    payloadUp: callsMade,
    payloadDown: 2 * callsMade,
    messagesUp: callsMade,
    messagesDown: callsMade,
    sessionsReopened: 0,
    openSockets: 2,
    clients: 2,
    lostBecause: undefined,
    process: {
      cpuUserUs: 100,
      cpuSystemUs: 10,
      rssBytes: bytes(1_000),
      utilisation: eachMs / 10,
      gcCount: 1,
      gcTotalNs: nanoseconds(5),
      gcMaxNs: nanoseconds(5),
    },
  };
}

const ORDER = {
  kind: 'window',
  startNs: nanoseconds(1_000),
  run: 2,
  seed: 7,
  pacing: 'timer',
} as const;

describe('several drivers asked as one', () => {
  test('share the clients and one calendar, begin at one instant, and have the probe beside them', async () => {
    const [one, two, probe] = [new FakeDriver(), new FakeDriver(), new FakeDriver()];
    const team = asOneDriver([one, two], probe);
    await team.ask('open', { scenario: even }, seconds(1));
    await team.ask('release', undefined, seconds(1));
    await team.ask('open', { scenario: even }, seconds(1));
    await team.ask('prepare', ORDER, seconds(1));
    expect(one.bodies('open')[1]).toMatchObject({
      firstClient: 0,
      scenario: { clients: 2, load: { ratePerSec: 100 } },
    });
    expect(two.bodies('open')[1]).toMatchObject({
      firstClient: 2,
      scenario: { clients: 2, load: { ratePerSec: 100 } },
    });
    // What comes first compiles the code of all, and the probe's like the others'.
    expect(probe.bodies('open')).toMatchObject([
      { firstClient: 4, weighs: true, scenario: { clients: 1, load: { ratePerSec: 100 } } },
      { firstClient: 4, weighs: true, scenario: { clients: 1, load: { arrivals: 'poisson', ratePerSec: 5 } } },
    ]);
    // The same seed for all of them, for it is the same calendar; another one for the probe, which has its own.
    expect(one.bodies('prepare')).toEqual([{ ...ORDER, share: { driver: 0, drivers: 2 } }]);
    expect(two.bodies('prepare')).toEqual([{ ...ORDER, share: { driver: 1, drivers: 2 } }]);
    const [probed] = probe.bodies('prepare') as (typeof ORDER)[];
    expect({ ...probed, seed: ORDER.seed }).toEqual(ORDER);
    expect(probed?.seed).not.toBe(ORDER.seed);
  });

  test('end together, and tell the probe when', async () => {
    const ran = { offeredPerSec: 50, lengthNs: seconds(1), kept: undefined };
    const kept = { count: 50, plannedPerSec: 50, startedPerSec: 49, distance: 0.3, limit: 0.2 };
    const [one, two, probe] = [
      new FakeDriver({ run: ran }),
      new FakeDriver({ run: { ...ran, lengthNs: seconds(2), kept } }),
      new FakeDriver({ run: ran }),
    ];
    const reply = await asOneDriver([one, two], probe).ask('run', undefined, seconds(9));
    expect(reply).toEqual({ offeredPerSec: 100, lengthNs: seconds(2), kept });
    expect(probe.asked.map(({ command }) => command)).toEqual(['run', 'abort']);
    const broken = asOneDriver([one, new FakeDriver({ run: new Error('gone') })], probe);
    await expect(broken.ask('run', undefined, seconds(9))).rejects.toThrow('gone');
  });

  test('fail at once when the probe is gone, however long the others have to go', async () => {
    const busy: AskedDriver = { ask: () => new Promise<never>(() => {}) };
    const team = asOneDriver([busy], new FakeDriver({ run: new Error('the probe is gone') }));
    await expect(team.ask('run', undefined, seconds(9))).rejects.toThrow('the probe is gone');
  });

  test('are added up bucket by bucket, the probe in none of the sums', async () => {
    const fakes = [reading(300, 1), reading(100, 5), reading(10, 9)].map((collect) => new FakeDriver({ collect }));
    const [one, two, probe] = fakes as [FakeDriver, FakeDriver, FakeDriver];
    const sum = await asOneDriver([one, two], probe).ask('collect', { published: 0, events: [] }, seconds(1));
    expect(sum.calls).toMatchObject({ due: 400, ok: 400 });
    expect(sum).toMatchObject({ scripts: 400, openSockets: 4, clients: 4, messagesUp: 400, payloadDown: 800 });
    expect(sum.wire).toEqual({ upBytes: 4_000, downBytes: 8_000 });
    expect(sum.process).toMatchObject({ cpuUserUs: 200, utilisation: 0.5, gcCount: 2 });
    const all = decodeHistogram(sum.responseTime);
    expect(all.count).toBe(400);
    // Of four hundred, the fastest three quarters are the first driver's. No average of medians says that.
    expect(Math.round(Number(all.valueAtQuantile(0.75)) / 1e6)).toBe(1);
    expect(Math.round(Number(all.valueAtQuantile(0.76)) / 1e6)).toBe(5);
    expect(sum.partMedians.map((value) => Math.round(Number(value) / 1e6))).toEqual(Array(10).fill(1));
    expect(sum.team?.probe.calls.ok).toBe(10);
    expect(sum.team?.drivers.map(({ calls }) => calls.ok)).toEqual([300, 100]);
  });

  test('what is asked of each by itself is not asked of all', async () => {
    const team = asOneDriver([new FakeDriver()], new FakeDriver());
    await expect(team.ask('clock', undefined, seconds(1))).rejects.toThrow('each driver by itself');
  });
});
