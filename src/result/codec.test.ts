import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS, echo } from '../../test/fixtures/cells.ts';
import { failedAfter, fixtureRecord, withMeasurements, withTrials } from '../../test/fixtures/record.ts';
import type { Cell, Scenario, Step } from '../scenario/scenario.ts';
import { bytes, milliseconds, nanoseconds, perSecond } from '../units.ts';
import { parseRecord, serialiseRecord } from './codec.ts';
import { type ArmFacts, type Doubt, RECORD_SCHEMA, type RunRecord } from './record.ts';
import { RecordError } from './record-error.ts';

const PATH = 'results/x.json';
const SMALL = fixtureRecord({ blocks: 2, cells: FIXTURE_CELLS.slice(0, 2) });
const TEXT = serialiseRecord(SMALL);

/** What `parseRecord` says of the text, without the path in front. */
function problemOf(text: string, path = PATH): string {
  try {
    parseRecord(text, path);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    expect(error.message.startsWith(`${path}: `)).toBe(true);
    expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    return error.message.slice(path.length + 2);
  }
  throw new Error('the text was accepted');
}

type Json = Record<string | number, unknown>;

/** The small record's text with the value at one place replaced, or taken out when it is `undefined`. */
function textWith(place: readonly (string | number)[], value: unknown): string {
  const file = JSON.parse(TEXT) as Json;
  const last = place.at(-1)!;
  const parent = place.slice(0, -1).reduce<Json>((at, key) => at[key] as Json, file);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return JSON.stringify(file);
}

const valueAt = (place: readonly (string | number)[]): unknown =>
  place.reduce<unknown>((at, key) => (at as Json)[key], JSON.parse(TEXT));

const DAMAGED = '; use an undamaged copy or measure again';

describe('round trip', () => {
  test('gives back the record, undefined and all, and the same bytes', () => {
    const record = richRecord();
    const text = serialiseRecord(record);
    const parsed = parseRecord(text, PATH);
    expect(parsed).toStrictEqual(record);
    expect(serialiseRecord(parsed)).toBe(text);
  });

  test('holds for the whole fixture record', () => {
    const record = fixtureRecord();
    const text = serialiseRecord(record);
    expect(parseRecord(text, PATH)).toStrictEqual(record);
    expect(serialiseRecord(parseRecord(text, PATH))).toBe(text);
  });

  test('keeps keys that a later release has added, where they stood', () => {
    const file = JSON.parse(TEXT) as Json;
    const text = `${JSON.stringify({ note: 'new', ...file, plan: { later: [1, null], ...(file['plan'] as Json) } }, undefined, 1)}\n`;
    expect(serialiseRecord(parseRecord(text, PATH))).toBe(text);
  });

  test('is indented, ends with a newline and depends on nothing but the record', () => {
    expect(TEXT.startsWith(`{\n "schema": "${RECORD_SCHEMA}",\n "schemaVersion": 3,\n`)).toBe(true);
    expect(TEXT.endsWith('\n}\n')).toBe(true);
    expect(serialiseRecord(structuredClone(SMALL))).toBe(TEXT);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses to write %s, which could not be read again', (value) => {
    const record = withMeasurements(SMALL, (measurement) => ({ ...measurement, achievedPerSec: value }));
    expect(() => serialiseRecord(record)).toThrow(
      new RangeError(`achievedPerSec is ${value}, which a record cannot hold`),
    );
  });
});

describe('what is not a record', () => {
  const ours = 'expected a record that mcp-transport-bench run has written; name another file or measure again';

  test.each([
    ['hello', `is not JSON: got "hello" at line 1, column 1, ${ours}`],
    ['name: tool-calls\nclients: 1\n', `is not JSON: got "name: tool-calls" at line 1, column 1, ${ours}`],
    ['{"a": 1,\n  b: 2}', `is not JSON: got "b: 2}" at line 2, column 3, ${ours}`],
    ['{"a": 1}\n{"a": 2}\n', `is not JSON: got "{\\"a\\": 2}" at line 2, column 1, ${ours}`],
    ['\u001b[31m\u202e', `is not JSON: got "\\u001b[31m\\u202e" at line 1, column 1, ${ours}`],
    ['', `got an empty file, ${ours}`],
    [' \n\n', `got an empty file, ${ours}`],
  ])('%j', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  test.each([
    ['[1, 2]', 'a list of 2'],
    ['null', 'nothing'],
    ['"a\\u0007"', '"a\\u0007"'],
    ['{}', '"schema": nothing'],
    ['{"schema": "else\\u001b", "schemaVersion": 1}', '"schema": "else\\u001b"'],
  ])('%s', (text, got) => {
    expect(problemOf(text)).toBe(
      `is not a run record: got ${got}, expected "schema": "${RECORD_SCHEMA}"; name a record that mcp-transport-bench run has written`,
    );
  });

  test('the name of the file cannot move the cursor', () => {
    expect(() => parseRecord('hello', 'a\u001b[2J\nb')).toThrow(/^a\\u001b\[2J\\u000ab: is not JSON: /);
  });
});

describe('a record that is cut short', () => {
  test.each([
    ['{', 'line 1, column 2'],
    ['{\n "schema": "mcp-', 'line 2, column 17'],
    ['{\n "schema": "x",\n "n": 1\n', 'line 3, column 8'],
  ])('%j', (text, place) => {
    expect(problemOf(text)).toBe(`is cut short at ${place}; use a whole copy or measure again`);
  });

  test('wherever it is cut', () => {
    const whole = TEXT.trimEnd();
    for (let length = 1; length < whole.length; length += 997) {
      expect(problemOf(whole.slice(0, length)), `cut after ${length}`).toMatch(
        /^is cut short at line \d+, column \d+; /,
      );
    }
  });
});

describe('a record of another version', () => {
  test.each([
    [2, 'got 2', 'read it with mcp-transport-bench 0.1.0, which wrote it, or measure again with this one'],
    [1, 'got 1', 'read it with mcp-transport-bench 0.1.0, which wrote it, or measure again with this one'],
    ['1', 'got "1"', 'use an undamaged copy or measure again'],
    [undefined, 'got nothing', 'use an undamaged copy or measure again'],
  ])('%j', (version, got, advice) => {
    expect(problemOf(textWith(['schemaVersion'], version))).toBe(`schemaVersion: ${got}, expected 3; ${advice}`);
  });

  test('that does not say what wrote it', () => {
    expect(problemOf(`{"schema": "${RECORD_SCHEMA}", "schemaVersion": 7}`)).toBe(
      'schemaVersion: got 7, expected 3; read it with the mcp-transport-bench that wrote it, or measure again with this one',
    );
  });
});

describe('a record of the wrong shape', () => {
  const measured = ['trials', 3, 'measurements', 0];
  test.each([
    [[...measured, 'calls', 'due'], 'x', 'trials[3].measurements[0].calls.due: got "x", expected a number'],
    [[...measured, 'calls', 'due'], undefined, 'trials[3].measurements[0].calls.due: got nothing, expected a number'],
    [
      [...measured, 'calls', 'errors'],
      {},
      'trials[3].measurements[0].calls.errors: got an empty mapping, expected a list',
    ],
    [[...measured, 'partMedians', 4], true, 'trials[3].measurements[0].partMedians[4]: got true, expected a number'],
    [['trials', 0, 'status'], 'odd', 'trials[0].status: got "odd", expected one of completed, failed'],
    [['trials', 0, 'index'], 0.5, 'trials[0].index: got 0.5, expected a whole number'],
    [['trials', 0, 'block'], -1, 'trials[0].block: got -1, expected a number from 0'],
    [['trials'], 'x', 'trials: got "x", expected a list'],
    [['status'], '\u001b', 'status: got "\\u001b", expected one of running, complete, partial, failed'],
    [['startedAt'], 'today', 'startedAt: got "today", expected a date like 2026-11-22T12:00:00.000Z'],
    [['tool', 'name'], 'other', 'tool.name: got "other", expected "mcp-transport-bench"'],
    [['environment'], [], 'environment: got an empty list, expected a mapping'],
    [['environment', 'packages', 'w\ns'], 8, 'environment.packages.w\\u000as: got 8, expected a text'],
    [['matching', 'facts', 1, 'noDelay', 0], 'on', 'matching.facts[1].noDelay[0]: got "on", expected true or false'],
    [
      ['plan', 'arms', 0, 'variant', 'protocol'],
      '1999',
      'plan.arms[0].variant.protocol: got "1999", expected one of 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25, 2026-07-28',
    ],
    [
      ['plan', 'cells', 0, 'scenario', 'load', 'kind'],
      'x',
      'plan.cells[0].scenario.load.kind: got "x", expected one of none, closed, open, sessions',
    ],
    [
      ['plan', 'cells', 0, 'scenario', 'window'],
      null,
      'plan.cells[0].scenario.window: got nothing, expected a mapping',
    ],
  ])('%j = %j', (place, value, problem) => {
    expect(problemOf(textWith(place, value))).toBe(problem + DAMAGED);
  });
});

describe('a record that contradicts itself', () => {
  const trial = SMALL.plan.trials[3]!;
  const other = trial.armId === 'sse' ? 'websocket' : 'sse';
  const cell = trial.cellIds[0]!;
  test.each([
    [['trials', 3, 'armId'], 'stdio', `trials[3].armId: got "stdio", expected "${trial.armId}" as planned for trial 3`],
    [
      ['trials', 3, 'armId'],
      other,
      `trials[3].armId: got "${other}", expected "${trial.armId}" as planned for trial 3`,
    ],
    [['trials', 3, 'block'], 0, 'trials[3].block: got 0, expected 1 as planned for trial 3'],
    [['trials', 3, 'index'], 9, 'trials[3].index: got 9, expected a trial of the plan'],
    [['trials', 3, 'index'], 2, 'trials[3].index: got 2 again, expected each once'],
    [
      ['trials', 3, 'measurements', 0, 'cellId'],
      'x\u001b',
      'trials[3].measurements[0].cellId: got "x\\u001b", expected a cell of the plan',
    ],
    [
      ['trials', 3, 'measurements', 1, 'cellId'],
      cell,
      `trials[3].measurements[1].cellId: got "${cell}" again, expected each once`,
    ],
    [['plan', 'trials', 1, 'armId'], 'stdio', 'plan.trials[1].armId: got "stdio", expected an arm of the plan'],
    [['plan', 'trials', 1, 'cellIds', 0], 'x', 'plan.trials[1].cellIds[0]: got "x", expected a cell of the plan'],
    [['plan', 'trials', 1, 'index'], 0, 'plan.trials[1].index: got 0 again, expected each once'],
    [['plan', 'arms', 1, 'id'], 'sse', 'plan.arms[1].id: got "sse" again, expected each once'],
    [
      ['plan', 'cells', 1, 'id'],
      SMALL.plan.cells[0]!.id,
      'plan.cells[1].id: got "tool-calls" again, expected each once',
    ],
    [['matching', 'facts', 0, 'armId'], 'x', 'matching.facts[0].armId: got "x", expected an arm of the plan'],
    [
      ['trials', 0, 'measurements', 0, 'calls', 'due'],
      7,
      'trials[0].measurements[0].calls: got books that do not balance, expected a doubt that says so',
    ],
    [
      ['trials', 0, 'measurements', 0, 'notifications', 'lost'],
      1,
      'trials[0].measurements[0].notifications: got books that do not balance, expected a doubt that says so',
    ],
    [
      ['trials', 0, 'measurements', 0, 'progress', 'lost'],
      1,
      'trials[0].measurements[0].progress: got books that do not balance, expected a doubt that says so',
    ],
  ])('%j = %j', (place, value, problem) => {
    expect(problemOf(textWith(place, value))).toBe(problem + DAMAGED);
  });

  test('unless it says that its books do not balance', () => {
    const doubt: Doubt = { kind: 'books-do-not-balance', detail: 'calls due 7, accounted for 0' };
    const record = withMeasurements(SMALL, (one) => ({ ...one, calls: { ...one.calls, due: -1 }, doubts: [doubt] }));
    expect(parseRecord(serialiseRecord(record), PATH)).toStrictEqual(record);
  });

  test.each(['responseTime', 'serviceTime', 'sendLag', 'scriptTime', 'delivery', 'deliveryFromDue'])(
    'a damaged %s',
    (key) => {
      const place = ['trials', 2, 'measurements', 1, key];
      expect(problemOf(textWith([...place, 'hdr'], 'HISTF\u001b'))).toMatch(
        new RegExp(
          `^trials\\[2\\]\\.measurements\\[1\\]\\.${key}: got a histogram that cannot be used \\(damaged histogram: .+\\), expected a whole one${DAMAGED}$`,
        ),
      );
      const count = Number(valueAt([...place, 'count']));
      expect(problemOf(textWith([...place, 'count'], count + 1))).toBe(
        `trials[2].measurements[1].${key}: got a histogram that cannot be used (histogram holds ${count} values where ${count + 1} are stated), expected a whole one${DAMAGED}`,
      );
    },
  );
});

/** Every kind of step, load, doubt and trial, and every `undefined` that a record can hold. */
function richRecord(): RunRecord {
  const cells = [...FIXTURE_CELLS.slice(0, 3), ...FIXTURE_CELLS.slice(-1)];
  const record = fixtureRecord({ blocks: 2, cells });
  const withScenarios = {
    ...record,
    plan: { ...record.plan, cells: cells.map(richCell), processWarmup: { timeNs: undefined, calls: 5 } },
  };
  const withFacts = { ...withScenarios, matching: { ...record.matching, facts: record.matching.facts.map(richFacts) } };
  const withDoubts = withMeasurements(withFacts, (one) => ({
    ...one,
    partMedians: [null, nanoseconds(5)],
    within100ms: null,
    endpoint: null,
    doubts: DOUBTS,
  }));
  return {
    ...withTrials(withDoubts, (one) =>
      one.index === 1 ? failedAfter(one, 1, 'the endpoint ended\u001b: “\ud800”') : one,
    ),
    finishedAt: null,
    status: 'running',
    unsupported: [{ armId: 'stdio', cellId: null, reason: 'no such revision' }],
  };
}

const richFacts = (facts: ArmFacts, at: number): ArmFacts => ({
  ...facts,
  noDelay: [true, undefined, false],
  keepAliveMs: at === 0 ? undefined : 5_000,
  heartbeatMs: at === 0 ? 15_000 : undefined,
});

const richCell = (cell: Cell, at: number): Cell => ({
  ...cell,
  scenario: { ...cell.scenario, ...SPECIAL[at % SPECIAL.length] },
});

const STEPS: readonly Step[] = [
  { kind: 'ping' },
  { kind: 'think', thinkNs: milliseconds(5) },
  { kind: 'wait', topic: 'tickets', timeoutNs: milliseconds(50) },
  echo(64),
  {
    kind: 'call',
    tool: 'misbehave',
    argument: {
      kind: 'template',
      parts: [
        { kind: 'text', text: 'a' },
        { kind: 'filler', bytes: bytes(3) },
        { kind: 'sequence' },
        { kind: 'client' },
      ],
    },
    answerBytes: bytes(16),
    delayNs: nanoseconds(0),
    progressSteps: 0,
    misbehaviour: 'wrong-id',
  },
];

const SPECIAL: readonly Partial<Scenario>[] = [
  { scripts: [{ name: 'all', weight: 1, steps: STEPS }], stall: { atNs: milliseconds(100), forNs: milliseconds(50) } },
  { load: { kind: 'closed', thinkNs: nanoseconds(0) }, stall: undefined, window: { timeNs: undefined, calls: 10 } },
  { load: { kind: 'none' }, warmup: { timeNs: milliseconds(1), calls: undefined } },
  { load: { kind: 'open', arrivals: 'constant', ratePerSec: perSecond(0.5), maxInFlight: 1 } },
];

const DOUBTS: readonly Doubt[] = [
  { kind: 'books-do-not-balance', detail: 'x' },
  { kind: 'wrong-answers', count: 1 },
  { kind: 'nothing-measured', detail: 'x' },
  { kind: 'clock-not-comparable', detail: 'x' },
  { kind: 'errors', count: 1, example: 'x' },
  { kind: 'lost-notifications', count: 1 },
  { kind: 'sessions-reopened', count: 2 },
  { kind: 'send-lag', p99Ns: milliseconds(4), limitNs: milliseconds(3) },
  { kind: 'driver-saturated', utilisation: 0.9 },
  { kind: 'rate-not-reached', offeredPerSec: 2, achievedPerSec: 1 },
  { kind: 'hiccup', maxNs: milliseconds(30) },
  { kind: 'gc-pause', process: 'endpoint', maxNs: milliseconds(60) },
  { kind: 'not-steady', driftShare: -0.5 },
];
