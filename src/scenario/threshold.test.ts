import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { THRESHOLD_COMPARISONS } from './gate.ts';
import { METRIC_NAMES, METRIC_UNITS } from './metric.ts';
import { formatMetricValue } from './metric-quantity.ts';
import { concernedBy, parseThreshold, resolveThreshold, ThresholdError, thresholdText } from './threshold.ts';

const { plan } = fixtureRecord({ blocks: 1, armIds: ['sse', 'websocket', 'websocket#2'] });
const resolved = (text: string) => resolveThreshold(parseThreshold(text), plan);

describe('the words', () => {
  test.each([
    ['response-time.p99 < 5ms', [], 'response-time.p99', '<', 5e6],
    ['websocket response-time.p99<5ms', ['websocket'], 'response-time.p99', '<', 5e6],
    ['tool-calls sse rate >= 2000/s', ['tool-calls', 'sse'], 'rate', '>=', 2_000],
    ['wire-up-per-message <= 400B', [], 'wire-up-per-message', '<=', 400],
    ['within-100ms >= 99%', [], 'within-100ms', '>=', 0.99],
    ['endpoint-cpu-per-message < 80us', [], 'endpoint-cpu-per-message', '<', 80],
    ['  sockets-per-client\t<=2 ', [], 'sockets-per-client', '<=', 2],
    ['events-lost > 0', [], 'events-lost', '>', 0],
  ] as const)('%s', (text, subjects, metric, comparison, limit) => {
    expect(parseThreshold(text)).toEqual({ text, subjects, metric, comparison, limit });
  });

  test.each([
    ['', 'got "", expected a threshold like "websocket response-time.p99 < 5ms"'],
    ['< 5ms', 'got no metric in "< 5ms", expected a threshold like "websocket response-time.p99 < 5ms"'],
    ['response-time.p99', 'got "response-time.p99", expected a threshold like "websocket response-time.p99 < 5ms"'],
    ['rate == 5/s', 'got "==", expected one of <, <=, >, >='],
    ['rate => 5/s', 'got "=>", expected one of <, <=, >, >='],
    [
      '1ms < delivery.p50 < 5ms',
      'got "1ms < delivery.p50 < 5ms", expected a threshold like "websocket response-time.p99 < 5ms"',
    ],
    [
      'respons-time.p99 < 5ms',
      'got metric "respons-time.p99", expected one of those that "list metrics" shows; did you mean "response-time.p99"?',
    ],
    [
      'service-time < 5ms',
      'got metric "service-time", expected one of those that "list metrics" shows; there are service-time.p50, service-time.p99',
    ],
    ['response-time.p99 < 5B', 'got "5B" for response-time.p99, expected a time like 500us or 5ms'],
    ['response-time.p99 <', 'got "" for response-time.p99, expected a time like 500us or 5ms'],
    ['rate < 5ms', 'got "5ms" for rate, expected a rate like 2000/s'],
    ['a b c rate < 5/s', 'got 3 words before the metric, expected at most a scenario and an arm'],
    [
      `${'x'.repeat(2_000)} < 5ms`,
      'got 2006 characters, expected a threshold like "websocket response-time.p99 < 5ms"',
    ],
  ])('refused: %s', (text, message) => {
    expect(() => parseThreshold(text)).toThrow(ThresholdError);
    expect(() => parseThreshold(text)).toThrow(message);
  });
});

describe('what they name', () => {
  test.each([
    ['rate > 1/s', {}],
    ['sse rate > 1/s', { arm: 'sse' }],
    ['websocket#2 rate > 1/s', { arm: 'websocket#2' }],
    ['tool-calls rate > 1/s', { scenario: 'tool-calls' }],
    ['tool-calls sse rate > 1/s', { scenario: 'tool-calls', arm: 'sse' }],
    ['payload-sizes[64KiB] rate > 1/s', { scenario: 'payload-sizes[64KiB]' }],
  ])('%s', (text, subjects) => {
    expect(resolved(text)).toEqual({ text, ...subjects, metric: 'rate', comparison: '>', limit: 1 });
  });

  test('an id is that arm alone, a transport all of its arms, nothing every arm', () => {
    const armsOf = (text: string) => [...new Set(concernedBy(resolved(text), plan).map(({ armId }) => armId))];
    expect(armsOf('tool-calls websocket#2 rate > 1/s')).toEqual(['websocket#2']);
    expect(armsOf('tool-calls websocket rate > 1/s')).toEqual(['websocket', 'websocket#2']);
    expect(armsOf('tool-calls rate > 1/s')).toEqual(['sse', 'websocket', 'websocket#2']);
  });

  test('without a scenario, the cells that can have the metric', () => {
    const cellsOf = (text: string) => [...new Set(concernedBy(resolved(text), plan).map(({ cellId }) => cellId))];
    expect(cellsOf('sse delivery.p50 < 1s')).toEqual(
      plan.cells.filter(({ scenario }) => scenario.publish.length > 0).map(({ id }) => id),
    );
    expect(cellsOf('duplex sse delivery.p50 < 1s')).toEqual(['duplex[pushes]', 'duplex[both]']);
  });

  test.each([
    [
      'tool-cals rate > 1/s',
      /^got scenario or arm "tool-cals", expected one of this run, .*; did you mean "tool-calls"\?$/,
    ],
    [
      'tool-calls websoket rate > 1/s',
      /^got arm "websoket", expected one of this run, sse, websocket, websocket#2; did you mean "websocket"\?$/,
    ],
    ['sse tool-calls rate > 1/s', /^got "sse tool-calls", expected the scenario before the arm: "tool-calls sse"$/],
    [
      'tool-calls delivery.p50 < 1s',
      /^got delivery.p50 of "tool-calls", expected a metric that it has: nothing is published there$/,
    ],
    [
      'duplex[both] wire-up-per-message < 1B',
      /^got wire-up-per-message of "duplex\[both\]", expected a metric that it has: calls and events share/,
    ],
  ])('refused: %s', (text, message) => expect(() => resolved(text)).toThrow(message));

  test('a word that is a scenario and an arm', () => {
    const [cell] = plan.cells;
    const named = { ...plan, cells: [{ ...cell!, id: 'sse', scenario: { ...cell!.scenario, name: 'sse' } }] };
    expect(() => resolveThreshold(parseThreshold('sse rate > 1/s'), named)).toThrow(
      'got "sse", which names a scenario and an arm, expected both in this order: a scenario and an arm',
    );
  });

  test('an arm that cannot run the scenario', () => {
    const { plan: partial } = fixtureRecord({ blocks: 1, impossible: [{ armId: 'sse', cellId: 'tool-calls' }] });
    const read = (text: string) => resolveThreshold(parseThreshold(text), partial);
    expect(() => read('tool-calls sse rate > 1/s')).toThrow('expected an arm that runs the scenario');
    expect(concernedBy(read('tool-calls rate > 1/s'), partial)).toEqual([{ cellId: 'tool-calls', armId: 'websocket' }]);
  });
});

test('one spelling, which reads back', () => {
  expect(thresholdText(resolved('  tool-calls   sse rate>=30/min'))).toBe('tool-calls sse rate >= 0.5/s');
  const subject = fc.constantFrom<{ scenario?: string; arm?: string }>(
    {},
    { arm: 'sse' },
    { scenario: 'duplex' },
    { scenario: 'duplex[both]', arm: 'websocket#2' },
  );
  const metric = fc.constantFrom(...METRIC_NAMES);
  const comparison = fc.constantFrom(...THRESHOLD_COMPARISONS);
  fc.assert(
    fc.property(subject, metric, comparison, fc.integer({ min: 0, max: 99_999 }), (subject, metric, comparison, n) => {
      const limit = METRIC_UNITS[metric] === 'share' ? n / 100_000 : n;
      const text = thresholdText({ ...subject, metric, comparison, limit });
      const words = parseThreshold(text);
      expect(words).toEqual({ text, subjects: Object.values(subject), metric, comparison, limit });
      expect(text.endsWith(formatMetricValue(limit, METRIC_UNITS[metric]))).toBe(true);
    }),
  );
});

test('any text is read or refused in one printable line', () => {
  const piece = fc.constantFrom(
    '<',
    '<=',
    '=',
    ' ',
    'rate',
    'response-time.p99',
    '5ms',
    '1/s',
    'sse',
    '\n',
    '\u001b[2J',
    '%',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 9 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        expect(Number.isFinite(resolved(text).limit)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(ThresholdError);
        expect((error as Error).message).toMatch(/^got [^\p{Cc}\p{Cf}]+, expected [^\p{Cc}\p{Cf}]+$/u);
      }
    }),
    { numRuns: 500 },
  );
});
