import { expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { distributionOf, fixtureMeasurement } from '../../test/fixtures/record.ts';
import type { Measurement } from '../result/record.ts';
import { bytes, milliseconds, nanoseconds, seconds } from '../units.ts';
import { METRICS } from './metrics.ts';
import { METRIC_NAMES, type MetricName } from './summary.ts';

const measurementIn = (cellId: string, armId = 'sse'): Measurement =>
  fixtureMeasurement(
    FIXTURE_CELLS.find((cell) => cell.id === cellId)!,
    armId,
    7,
  );

const calls = measurementIn('tool-calls');
const events = measurementIn('notifications[20/s]');
const both = measurementIn('duplex[both]');

const valueOf = (name: MetricName, measurement: Measurement) => METRICS[name].valueOf(measurement);
const applicable = (measurement: Measurement) =>
  METRIC_NAMES.filter((name) => valueOf(name, measurement) !== undefined);

/** 1000 µs, 999 µs, … 1 µs. */
const ladder = distributionOf(Array.from({ length: 1_000 }, (_, index) => (index + 1) * 1_000));
const empty = distributionOf([]);

test.each<[string, keyof Measurement]>([
  ['response-time', 'responseTime'],
  ['service-time', 'serviceTime'],
  ['send-lag', 'sendLag'],
  ['script-time', 'scriptTime'],
  ['delivery', 'delivery'],
])('%s is taken from %s, in nanoseconds', (prefix, field) => {
  const measurement: Measurement = { ...calls, [field]: ladder };
  const expected = { mean: 500_500, p50: 500_000, p90: 900_000, p99: 990_000, max: 1_000_000 };
  for (const name of METRIC_NAMES.filter((name) => name.startsWith(`${prefix}.`))) {
    const found = valueOf(name, measurement)!;
    expect(found / expected[name.slice(prefix.length + 1) as keyof typeof expected]).toBeCloseTo(1, 2.9);
    expect(METRICS[name].unit).toBe('ns');
    expect(valueOf(name, { ...calls, [field]: empty })).toBeUndefined();
  }
  expect(valueOf('response-time.mean', { ...calls, responseTime: ladder })).toBe(500_500);
  expect(valueOf('response-time.max', { ...calls, responseTime: ladder })).toBe(1_000_000);
});

test.each(['timedOut', 'dropped', 'disconnected'] as const)(
  'who %s was the slowest of all, and took nobody knows how long',
  (how) => {
    const one = { ...calls, responseTime: ladder, calls: { ...calls.calls, [how]: 1 } };
    expect(valueOf('response-time.max', one)).toBeUndefined();
    expect(valueOf('response-time.p90', one)).toBeGreaterThan(0);
  },
);

test('a quantile needs samples beyond it; mean and maximum need one', () => {
  const few = (count: number): Measurement => ({
    ...calls,
    responseTime: distributionOf(Array.from({ length: count }, (_, index) => index + 1)),
  });
  const names = [
    'response-time.mean',
    'response-time.p50',
    'response-time.p90',
    'response-time.p99',
    'response-time.max',
  ] as const;
  const present = (count: number) =>
    names.filter((name) => valueOf(name, few(count)) !== undefined).map((name) => name.slice(14));
  expect(present(0)).toEqual([]);
  expect(present(4)).toEqual(['mean', 'max']);
  expect(present(9)).toEqual(['mean', 'p50', 'max']);
  expect(present(99)).toEqual(['mean', 'p50', 'p90', 'max']);
  expect(present(100)).toEqual(['mean', 'p50', 'p90', 'p99', 'max']);
});

/** A hundred events, whose receivers were so many milliseconds apart. */
const fanOut: Measurement['fanOut'] = {
  events: 100,
  complete: 100,
  incomplete: 0,
  deliveries: 400,
  first: distributionOf(Array(100).fill(1e6)),
  median: distributionOf(Array(100).fill(2e6)),
  last: distributionOf(Array.from({ length: 100 }, (_, index) => (index + 1) * 1e6)),
  spread: distributionOf(Array(100).fill(4e6)),
};

test('receivers are taken from the events that have them, and who never got one waited longer than the last who did', () => {
  const whole: Measurement = { ...events, fanOut };
  const of = (name: MetricName, measurement = whole): number => Math.round((valueOf(name, measurement) ?? NaN) / 1e6);
  expect(of('first-receiver.p50')).toBe(1);
  expect(of('median-receiver.p50')).toBe(2);
  expect([of('last-receiver.p50'), of('last-receiver.p90'), of('last-receiver.p99')]).toEqual([50, 90, 99]);
  expect(valueOf('last-receiver.max', whole)).toBe(100e6);
  expect([of('receiver-spread.p50'), of('receiver-spread.p99')]).toEqual([4, 4]);
  const holed: Measurement = { ...events, fanOut: { ...fanOut, events: 150, incomplete: 50 } };
  expect(of('last-receiver.p50', holed)).toBe(75);
  expect(valueOf('last-receiver.p90', holed)).toBeUndefined();
  expect(valueOf('last-receiver.max', holed)).toBeUndefined();
  for (const name of METRIC_NAMES.filter((one) => one.includes('receiver')))
    expect(valueOf(name, { ...events, fanOut: null }), name).toBeUndefined();
});

test('where clocks cannot be compared the spread alone is known', () => {
  const doubts = [{ kind: 'clock-not-comparable', detail: 'time namespaces differ' }] as const;
  const known = applicable({ ...events, fanOut, doubts }).filter((name) => name.includes('receiver'));
  expect(known).toEqual(['receiver-spread.p50', 'receiver-spread.p99']);
});

test('what the driver used per event is divided by events, not deliveries, and unknown amid calls', () => {
  const driver = { ...events.driver, cpuUserUs: 600, cpuSystemUs: 400 };
  expect(valueOf('driver-cpu-per-event', { ...events, fanOut, driver })).toBe(10);
  expect(valueOf('driver-cpu-per-event', both)).toBeUndefined();
  expect(valueOf('driver-cpu-per-event', calls)).toBeUndefined();
});

test('delivery is not given where the two clocks cannot be compared', () => {
  const doubtful: Measurement = {
    ...events,
    doubts: [{ kind: 'clock-not-comparable', detail: 'time namespaces differ' }],
  };
  expect(applicable(events)).toContain('delivery.p50');
  expect(applicable(doubtful).filter((name) => name.startsWith('delivery.'))).toEqual([]);
  expect(applicable(doubtful)).toContain('events-rate');
});

test('rates count successes per second of the window, and are absent where nothing was due', () => {
  const books = { ...calls.calls, due: 110, ok: 100, rejected: 10 };
  expect(valueOf('rate', { ...calls, elapsedNs: seconds(4), calls: books })).toBe(25);
  expect(valueOf('rate', { ...calls, elapsedNs: seconds(4), calls: { ...books, ok: 0, rejected: 110 } })).toBe(0);
  expect(valueOf('rate', { ...calls, elapsedNs: nanoseconds(0) })).toBeUndefined();
  expect(valueOf('rate', events)).toBeUndefined();
  expect(valueOf('events-rate', calls)).toBeUndefined();
  const heard = { ...events.notifications, published: 50, delivered: 40, lost: 10 };
  expect(valueOf('events-rate', { ...events, elapsedNs: milliseconds(500), notifications: heard })).toBe(80);
});

const books = {
  ...calls.bytes,
  wireUp: bytes(5_000),
  wireDown: bytes(3_000),
  payloadUp: bytes(2_000),
  payloadDown: bytes(1_500),
};

test('bytes are per answered call, refusals included, where only calls flow', () => {
  const measurement: Measurement = {
    ...calls,
    bytes: books,
    calls: { ...calls.calls, due: 11, ok: 8, rejected: 2, timedOut: 1 },
  };
  expect(valueOf('wire-up-per-message', measurement)).toBe(500);
  expect(valueOf('wire-down-per-message', measurement)).toBe(300);
  expect(valueOf('overhead-up-per-message', measurement)).toBe(300);
  expect(valueOf('overhead-down-per-message', measurement)).toBe(150);
  expect(valueOf('payload-up-per-message', measurement)).toBe(200);
  expect(valueOf('payload-down-per-message', measurement)).toBe(150);
});

test('bytes are per delivered notification where only they flow, and nobody’s where both do', () => {
  const heard = { ...events.notifications, published: 120, delivered: 100, lost: 20 };
  expect(valueOf('wire-down-per-message', { ...events, bytes: books, notifications: heard })).toBe(30);
  expect(
    applicable(both).filter((name) => name.includes('-up-per-message') || name.includes('-down-per-message')),
  ).toEqual([]);
});

const NO_WIRE = { wireUp: null, wireDown: null, driverWireUp: null, driverWireDown: null } as const;

test('bytes that only the driver could count are the driver’s, each direction for itself', () => {
  const theirs: Measurement = {
    ...calls,
    endpoint: null,
    bytes: { ...books, wireUp: null, wireDown: null, driverWireUp: bytes(7_000), driverWireDown: bytes(4_000) },
    calls: { ...calls.calls, due: 10, ok: 10, rejected: 0, timedOut: 0 },
  };
  const expected = { 'wire-up': 700, 'wire-down': 400, 'overhead-up': 500, 'overhead-down': 250 };
  for (const [name, value] of Object.entries(expected))
    expect(valueOf(`${name}-per-message` as MetricName, theirs), name).toBe(value);
  // Where the endpoint has counted, its count is shown; a mere difference is the record's doubt.
  const ours: Measurement = { ...theirs, bytes: { ...theirs.bytes, wireUp: bytes(6_000), wireDown: bytes(3_000) } };
  expect(valueOf('wire-up-per-message', ours)).toBe(600);
  expect(valueOf('wire-down-per-message', ours)).toBe(300);
  // What is the endpoint's alone is not to be had.
  expect(applicable(theirs).filter((name) => name.startsWith('endpoint-'))).toEqual([]);
  expect(applicable(theirs)).toContain('driver-cpu-per-message');
});

test('without a wire there is payload but no overhead', () => {
  const wireless: Measurement = { ...calls, bytes: { ...books, ...NO_WIRE } };
  const names = applicable(wireless).filter((name) => name.includes('-up-per') || name.includes('-down-per'));
  expect(names).toEqual(['payload-up-per-message', 'payload-down-per-message']);
});

test('processor time is user and system, per answered call and delivered notification', () => {
  const use = { ...both.driver, cpuUserUs: 700, cpuSystemUs: 300 };
  const measurement: Measurement = {
    ...both,
    endpoint: use,
    driver: { ...use, cpuUserUs: 1_700 },
    calls: { ...both.calls, due: 50, ok: 28, rejected: 2, dropped: 20 },
    notifications: { ...both.notifications, delivered: 20 },
  };
  expect(valueOf('endpoint-cpu-per-message', measurement)).toBe(20);
  expect(valueOf('driver-cpu-per-message', measurement)).toBe(40);
  expect(valueOf('endpoint-cpu-per-message', { ...measurement, endpoint: null })).toBeUndefined();
  const seenFromOutside = { cpuUs: 7_000, rssBytes: bytes(4_096), processes: 2 };
  const foreign = { ...measurement, endpoint: seenFromOutside };
  expect(valueOf('endpoint-cpu-per-message', foreign)).toBe(140);
  expect(valueOf('endpoint-rss', foreign)).toBe(4_096);
});

test('nothing answered and nothing delivered: nothing per message', () => {
  const silent: Measurement = { ...calls, calls: { ...calls.calls, ok: 0, timedOut: calls.calls.due } };
  expect(applicable(silent).filter((name) => name.endsWith('-per-message'))).toEqual([]);
});

test('memory, sockets and the share within 100 ms are as recorded', () => {
  expect(valueOf('endpoint-rss', calls)).toBe(calls.endpoint!.rssBytes);
  expect(valueOf('driver-rss', calls)).toBe(calls.driver.rssBytes);
  expect(valueOf('endpoint-rss', { ...calls, endpoint: null })).toBeUndefined();
  expect(valueOf('sockets-per-client', { ...calls, sockets: 6, clients: 4 })).toBe(1.5);
  expect(valueOf('within-100ms', { ...calls, within100ms: 0.25 })).toBe(0.25);
  expect(valueOf('within-100ms', { ...calls, within100ms: 0 })).toBe(0);
  expect(valueOf('within-100ms', { ...calls, within100ms: null })).toBeUndefined();
});

test('the far tail has the wide margin, more is better for rates and shares, and what is counted is exact', () => {
  const where = (is: (name: MetricName) => boolean) => METRIC_NAMES.filter(is);
  expect(where((name) => METRICS[name].margin === 0.1)).toEqual(where((name) => /\.(p99|max)$/.test(name)));
  expect(where((name) => METRICS[name].margin !== 0.1 && METRICS[name].margin !== 0.05)).toEqual([]);
  expect(where((name) => METRICS[name].higherIsBetter)).toEqual(['rate', 'events-rate', 'within-100ms']);
  expect(where((name) => METRICS[name].exact)).toEqual(
    where((name) => /^(wire|overhead|payload)-|^(calls-failed|events-lost)$/.test(name)),
  );
});

test('what went wrong is counted where something could', () => {
  const failed = { ...calls.calls, due: 10, ok: 4, timedOut: 1, dropped: 2, rejected: 3 };
  expect(valueOf('calls-failed', { ...calls, calls: failed })).toBe(6);
  expect(valueOf('calls-failed', events)).toBeUndefined();
  expect(valueOf('events-lost', { ...events, notifications: { ...events.notifications, lost: 3 } })).toBe(3);
  expect(valueOf('events-lost', calls)).toBeUndefined();
});
