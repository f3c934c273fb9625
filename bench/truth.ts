/**
 * Does the tool tell the truth? Each line sets up something whose answer is known, and compares what the tool says.
 * Run it with `npm run bench:truth [-- <arm,arm|all> <part,part>]`; it ends with 1 when a line fails.
 */
import { askedArms } from './support/arms.js';
import { streamsOfBrowser } from './support/browser.js';
import { measure } from './support/measure.js';
import { relayedEcho } from './support/relay.js';
import { measureStudy } from './support/studies.js';
import { decodeHistogram } from '#dist/measure/histogram.js';
import { isValid, type Measurement, type RunRecord } from '#dist/result/record.js';
import { monotonicClock } from '#dist/measure/clock.js';
import { summarise } from '#dist/stats/summarise.js';
import { findBrowser } from '#dist/studies/connection-limits/browser.js';
import { study as connectionLimits } from '#dist/studies/connection-limits/index.js';
import { bytes, seconds } from '#dist/units.js';

const ARMS = askedArms();
/** One number per second call that a relay can capture: what has sockets. */
const SOCKET_ARMS = ARMS.filter((arm) => !arm.startsWith('stdio') && arm !== 'loopback');
const SEED = 20_261_122;
const US = 1_000;
const MS = 1_000_000;

let failures = 0;
let lines = 0;

function line(what: string, expected: string, seen: string, pass: boolean): void {
  lines += 1;
  if (!pass) failures += 1;
  console.log(`${pass ? 'pass' : 'FAIL'}  ${what.padEnd(58)} expected ${expected.padEnd(34)} seen ${seen}`);
}

/** The valid measurements of one transport. */
const of = (record: RunRecord, armId: string): readonly Measurement[] =>
  record.trials.filter((trial) => trial.armId === armId).flatMap((trial) => trial.measurements.filter(isValid));

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const quantile = (measurements: readonly Measurement[], q: number): number =>
  median(measurements.map((one) => decodeHistogram(one.responseTime).valueAtQuantile(q) ?? Number.NaN));

/** What a transport may add to a wait, beyond what it is without a wire: timers fire late by the machine's load, on all alike. */
const ADDED_LIMIT_MS = 1.5;

/** An endpoint that is told to wait 5 ms waits 5 ms, and the transport adds little to that. */
async function knownDelay(): Promise<void> {
  const scenario = `
name: known-delay
title: Five milliseconds
shows: that the tool sees a delay it knows
scripts: [{ name: wait, steps: [{ call: delay, wait: 5ms, send: 64B }] }]
load: { model: closed }
warmup: { time: 300ms }
window: { time: 2s }
`;
  const record = await measure({ arms: ['loopback', ...ARMS], scenario, trials: 3, seed: SEED });
  const most = quantile(of(record, 'loopback'), 0.5) / MS + ADDED_LIMIT_MS;
  for (const name of ARMS) {
    const seen = quantile(of(record, name), 0.5) / MS;
    const least = Math.min(...of(record, name).map((one) => one.responseTime.minNs / MS));
    line(
      `an endpoint that waits 5 ms, median over ${name}`,
      `5.0 – ${most.toFixed(1)} ms (no wire + ${ADDED_LIMIT_MS})`,
      `${seen.toFixed(2)} ms`,
      seen >= 5 && seen <= most,
    );
    line(`the same, never faster, over ${name}`, '≥ 5 ms', `${least.toFixed(3)} ms`, least >= 5);
  }
}

/** A stall costs every caller who was due, not only the one being served. */
async function coordinatedOmission(): Promise<void> {
  const scenario = `
name: stall
title: Half a second of silence
shows: that a stall is charged to everybody who was due
clients: 4
scripts: [{ name: ask, steps: [{ call: echo, send: 128B }] }]
load: { model: open, rate: 200/s, arrivals: constant }
warmup: { time: 500ms }
window: { time: 5s }
stall: { at: 2s, for: 500ms }
`;
  const record = await measure({ arms: ARMS, scenario, trials: 1, seed: SEED });
  for (const name of ARMS) {
    const open = quantile(of(record, name), 0.99) / MS;
    line(
      `500 ms stall, 200/s open loop, p99 of response over ${name}`,
      '> 300 ms',
      `${open.toFixed(1)} ms`,
      open > 300,
    );
  }
  const closed = scenario
    .replace('load: { model: open, rate: 200/s, arrivals: constant }', 'load: { model: closed, think: 5ms }')
    .replace('clients: 4', 'clients: 1');
  const hidden = await measure({ arms: ['websocket'], scenario: closed, trials: 1, seed: SEED });
  const p99 = quantile(of(hidden, 'websocket'), 0.99) / MS;
  line(
    'the same stall in a closed loop hides (which is why it is labelled)',
    '< 100 ms',
    `${p99.toFixed(1)} ms`,
    p99 < 100,
  );
}

/** [RFC 6455] 5.2: two bytes, two or eight more for the length, four for a client's mask. */
function frameBytes(payload: number, masked: boolean): number {
  const length = payload <= 125 ? 0 : payload <= 65_535 ? 2 : 8;
  return 2 + length + (masked ? 4 : 0) + payload;
}

/** Bytes are exact, or they are wrong. */
async function exactBytes(): Promise<void> {
  for (const size of ['16B', '1KiB', '64KiB', '1MiB']) {
    const scenario = `
name: bytes
title: Bytes
shows: that bytes are counted exactly
scripts: [{ name: echo, steps: [{ call: echo, send: ${size} }] }]
load: { model: closed }
warmup: { calls: 10 }
window: { calls: 40 }
`;
    const record = await measure({ arms: ARMS, scenario, trials: 1, seed: SEED });
    for (const arm of ARMS) await compareBytes(arm, size, of(record, arm)[0]);
  }
}

/** [RFC 9113] 6.9: a WINDOW_UPDATE has 13 bytes, and one of them serves several messages: which ones, the two captures cannot share. */
const HTTP2_SLACK_BYTES = 13;

async function compareBytes(arm: string, size: string, measurement: Measurement | undefined): Promise<void> {
  if (measurement === undefined) throw new Error(`the byte measurement over ${arm} is not valid`);
  const { payloadUp, payloadDown, wireUp, wireDown } = measurement.bytes;
  const seen = `${(wireUp ?? 0) / 40} up, ${(wireDown ?? 0) / 40} down`;
  const byHand = framesByHand(arm, payloadUp / 40, payloadDown / 40);
  if (byHand !== undefined) line(`bytes per echo of ${size} over ${arm}, by hand`, byHand, seen, byHand === seen);
  if (!SOCKET_ARMS.includes(arm)) return;
  const captured = await relayedEcho(arm, size);
  const slack = arm.includes('+h2') ? HTTP2_SLACK_BYTES : 0;
  const within =
    Math.abs(captured.up - (wireUp ?? 0) / 40) <= slack && Math.abs(captured.down - (wireDown ?? 0) / 40) <= slack;
  const captures = `${captured.up} up, ${captured.down} down${slack === 0 ? '' : `, ± ${slack}`}`;
  line(`bytes per echo of ${size} over ${arm}, captured in a relay`, captures, seen, within);
}

/** Where the framing is the same for every message of a length, it is written down here; `undefined` elsewhere. */
function framesByHand(arm: string, up: number, down: number): string | undefined {
  if (arm.startsWith('websocket')) return `${frameBytes(up, true)} up, ${frameBytes(down, false)} down`;
  if (arm.startsWith('stdio')) return `${up + 1} up, ${down + 1} down`;
  return undefined;
}

/** The same transport twice is not different. */
async function sameTwice(): Promise<void> {
  const scenario = `
name: a-a
title: The same twice
shows: that equals are not declared different
scripts: [{ name: echo, steps: [{ call: echo, send: 128B }] }]
load: { model: closed }
warmup: { time: 300ms, calls: 500 }
window: { time: 1s }
`;
  for (const name of ARMS) {
    const summary = summarise(await measure({ arms: [name, name], scenario, trials: 6, seed: SEED }));
    const found = summary.cells[0]?.comparisons.find(({ metric }) => metric === 'response-time.p50');
    const seen =
      found === undefined
        ? 'no comparison'
        : `${found.word} (${found.ratio.toFixed(3)}, ${found.low95.toFixed(3)} – ${found.high95.toFixed(3)})`;
    line(
      `${name} against itself, p50`,
      'equivalent or inconclusive',
      seen,
      found?.word === 'equivalent' || found?.word === 'inconclusive',
    );
  }
}

/** No transport is faster than no transport. */
async function floor(): Promise<void> {
  const scenario = `
name: floor
title: The floor
shows: that no wire is the floor
scripts: [{ name: echo, steps: [{ call: echo, send: 128B }] }]
load: { model: closed }
warmup: { time: 300ms }
window: { time: 500ms }
`;
  const record = await measure({ arms: ['loopback', ...ARMS], scenario, trials: 2, seed: SEED });
  const least = quantile(of(record, 'loopback'), 0.5) / US;
  for (const name of ARMS) {
    const seen = quantile(of(record, name), 0.5) / US;
    line(`no wire is faster than ${name}`, `> ${least.toFixed(1)} µs`, `${seen.toFixed(1)} µs`, seen > least);
  }
}

/** The browser's limit is one integer, however it is asked and whoever counts. */
async function browserLimit(): Promise<void> {
  const program = findBrowser(undefined);
  if (program === undefined) {
    console.log('NOT RUN  the limit of a browser: apt-get install chromium');
    return;
  }
  const byHand = await streamsOfBrowser(program);
  for (const repetition of [1, 2, 3]) {
    const { opened, atServer } = await limitOverHttp1();
    line(
      `event streams over HTTP/1.1 that a browser opens, time ${repetition}`,
      `${byHand} (a bare server counted)`,
      `${opened} by the page, ${atServer} by the server`,
      opened === byHand && atServer === byHand,
    );
  }
}

async function limitOverHttp1(): Promise<{ readonly opened: number; readonly atServer: number }> {
  const outcome = await connectionLimits.measure(
    { client: 'browser', stream: 'sse', http: '1.1' },
    {
      settings: { streams: 30, allowed: [1], patience: seconds(1), connections: 1, addresses: 1, memory: bytes(1) },
      arms: [],
      repetition: 0,
      seed: SEED,
      readyTimeoutNs: seconds(10),
      browser: undefined,
      clock: monotonicClock(),
    },
  );
  if (outcome.status !== 'measured') throw new Error(JSON.stringify(outcome));
  return outcome.data;
}

/** What a relay adds beyond the delay that it was told, on a machine that does little else. */
const RELAY_TOLERANCE_MS = 1;

/** A relay of 20 ms each way shifts the median round trip by 40 ms, and neither adds nor takes a byte. */
async function knownNetwork(): Promise<void> {
  const scenario = `
name: network
title: Forty milliseconds away
shows: that a network takes what it is said to take
scripts: [{ name: echo, steps: [{ call: echo, send: 128B }] }]
load: { model: closed, think: 40ms }
warmup: { calls: 5 }
window: { calls: 20 }
`;
  // Thinking keeps the calls without a network as seldom as those with one: what has slept for long wakes slowly.
  for (const name of SOCKET_ARMS) {
    const record = await measure({ arms: [name, `${name}+wan`], scenario, trials: 3, seed: SEED });
    const [near, far] = [of(record, name), of(record, `${name}+wan`)];
    const shift = (quantile(far, 0.5) - quantile(near, 0.5)) / MS;
    line(
      `a relay of 20 ms each way, shift of the median over ${name}`,
      `40 ± ${RELAY_TOLERANCE_MS} ms`,
      `${shift.toFixed(2)} ms`,
      Math.abs(shift - 40) <= RELAY_TOLERANCE_MS,
    );
    const least = Math.min(...far.map((one) => one.responseTime.minNs / MS));
    line(`the same, never quicker, over ${name}`, '≥ 40 ms', `${least.toFixed(3)} ms`, least >= 40);
    compareEnds(name, far[0], near[0]);
  }
}

/** Both ends of the same connection count the same; and without header compression as much as without the relay. */
function compareEnds(name: string, far: Measurement | undefined, near: Measurement | undefined): void {
  if (far === undefined || near === undefined) throw new Error(`the network measurement over ${name} is not valid`);
  const { wireUp, wireDown, driverWireUp, driverWireDown } = far.bytes;
  const atDriver = `${driverWireUp} up, ${driverWireDown} down`;
  const atEndpoint = `${wireUp} up, ${wireDown} down`;
  line(`bytes through the relay over ${name}, at both ends`, atDriver, atEndpoint, atDriver === atEndpoint);
  if (name.includes('+h2')) return;
  const direct = `${near.bytes.wireUp} up, ${near.bytes.wireDown} down`;
  line(`bytes through the relay over ${name}, and without it`, direct, atEndpoint, direct === atEndpoint);
}

/** Ten cuts: with a buffer nothing is lost and nothing comes twice; without one exactly what was published in the gaps is. */
async function tenCuts(): Promise<void> {
  const scenario = `
name: ten-cuts
title: Ten cuts
shows: that the books of lost events are exact
study: reconnect
settings:
  clients: [eventsource, ws-resume, streamable-http-2025-11-25, streamable-http-2026-07-28]
  cuts: [fin, rst]
  cutsPerStep: 10
  rate: 100/s
  retry: 50ms
`;
  const { result, subjectOf } = await measureStudy(scenario, SEED);
  if (result.study !== 'reconnect') throw new Error(`the study was ${result.study}`);
  for (const step of result.steps) {
    const { client, cut, buffer } = subjectOf(step.index);
    const what = `10 × ${cut}, ${client}, buffer: ${buffer}`;
    if (step.status !== 'measured') {
      line(what, 'measured', step.status, false);
      continue;
    }
    const { books, cuts } = step.data;
    const away = cuts.reduce((sum, { publishedWhileAway }) => sum + publishedWhileAway, 0);
    const gap = buffer === 'replay' ? 0 : books.gap;
    line(
      what,
      `back 10, lost ${gap}, twice 0`,
      `back ${cuts.filter(({ back }) => back).length}, lost ${books.lost}, twice ${books.duplicated} (${away} published meanwhile)`,
      cuts.length === 10 &&
        cuts.every(({ back }) => back) &&
        away > 0 &&
        books.lost === gap &&
        books.gap === books.lost &&
        books.duplicated === 0 &&
        books.published === books.received + books.lost,
    );
  }
}

const PARTS = { knownNetwork, knownDelay, coordinatedOmission, exactBytes, sameTwice, floor, browserLimit, tenCuts };
const asked = process.argv[3]?.split(',') ?? Object.keys(PARTS);
const unknown = asked.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  console.error(`got ${unknown.join(', ')}, expected some of ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
for (const [name, part] of Object.entries(PARTS)) if (asked.includes(name)) await part();
if (lines === 0) console.log('Nothing was held against anything.');
else console.log(failures === 0 ? 'All lines pass.' : `${failures} lines fail.`);
process.exitCode = failures === 0 && lines > 0 ? 0 : 1;
