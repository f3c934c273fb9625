import { expect, it } from 'vitest';
import { type CellSpec, type SummarySpec, summaryOf } from '../../test/golden/summaries.ts';
import type { Comparison } from '../stats/summary.ts';
import { nanoseconds } from '../units.ts';
import { answerSentences } from './answer.ts';

const P50 = 'response-time.p50';
const answer = (spec: SummarySpec): string => answerSentences(summaryOf(spec)).join(' ');
const calls = (comparison: Partial<Comparison>): CellSpec => ({
  scenario: 'tool-calls',
  arms: { sse: { [P50]: 400_000 }, websocket: { [P50]: 200_000 } },
  comparisons: [{ metric: P50, ...comparison }],
});
const pushes = (comparison: Partial<Comparison>): CellSpec => ({
  scenario: 'notifications',
  level: '10/s',
  arms: { sse: { 'delivery.p50': 1 }, websocket: { 'delivery.p50': 1 } },
  comparisons: [{ metric: 'delivery.p50', ...comparison }],
});
const FASTER = { word: 'faster', ratio: 0.5, low95: 0.4, high95: 0.625 } as const;

it('names the faster one, the factor and its interval, whichever it is', () => {
  expect(answer({ cells: [calls(FASTER)] })).toContain(
    'WebSocket answers a tool call 2.00× faster than SSE in paired trials here: 200 µs against 400 µs at the median (95 % interval 1.60–2.50×).',
  );
  expect(answer({ cells: [calls({ word: 'slower', ratio: 2, low95: 1.6, high95: 2.5 })] })).toContain(
    'SSE answers a tool call 2.00× faster than WebSocket in paired trials here',
  );
});

it('blames the extra request only if pushes are equal and only the slower one makes requests', () => {
  const blame = 'difference lies in the HTTP request that SSE needs';
  expect(answer({ cells: [calls(FASTER), pushes({})] })).toContain(blame);
  expect(answer({ cells: [calls(FASTER), pushes(FASTER)] })).not.toContain(blame);
  expect(answer({ cells: [calls(FASTER)] })).not.toContain(blame);
  expect(
    answer({ cells: [calls(FASTER), pushes({})], facts: { websocket: { httpRequestsPerCall: 1 } } }),
  ).not.toContain(blame);
});

it('says what ten calls cost', () =>
  expect(answer({ cells: [calls(FASTER)] })).toContain('Ten calls in a row cost 2.00 ms more over SSE'));

it('claims nothing where nothing was found', () => {
  expect(answer({ cells: [calls({})] })).toContain('Call latency is no reason to choose one over the other.');
  expect(answer({ cells: [calls({ word: 'inconclusive' })] })).toContain('This run cannot say whether');
  expect(answer({ cells: [calls({ word: 'inconclusive', coverage95: 0.5, pairs: 2 })] })).toContain(
    'too few trials to be sure whether',
  );
});

it('knows the same thing measured twice', () => {
  const same = (comparison: Partial<Comparison>): string =>
    answer({
      armIds: ['sse', 'sse#2'],
      cells: [
        {
          scenario: 'tool-calls',
          arms: { sse: { [P50]: 4e5 }, 'sse#2': { [P50]: 4e5 } },
          comparisons: [{ metric: P50, armId: 'sse#2', baseArmId: 'sse', ...comparison }],
        },
      ],
    });
  expect(same({})).toContain('no difference between them, as it should');
  expect(same(FASTER)).toContain('a difference where there is none');
  expect(same({ word: 'inconclusive' })).toContain('could not rule one out');
});

it('says what is missing', () => {
  expect(answer({ cells: [] })).toContain('Nothing was measured: ');
  expect(answer({ armIds: ['sse'], cells: [calls({})] })).toBe(
    'SSE answers a tool call in 400 µs at the median. There is nothing to compare it with: WebSocket is not in this run.',
  );
});

it('says of a network that it was one, and not that there was none', () => {
  const [armIds, P] = [['sse+wan', 'websocket+wan'], P50] as const;
  const far: CellSpec = {
    scenario: 'tool-calls',
    arms: { 'sse+wan': { [P]: 80e6 }, 'websocket+wan': { [P]: 40e6 } },
    comparisons: [{ metric: P, armId: 'websocket+wan', baseArmId: 'sse+wan', ...FASTER }],
  };
  expect(answer({ armIds, cells: [far] })).toContain('cost 400 ms more over SSE (wan by relay).');
  expect(answer({ armIds, cells: [far] })).not.toContain('before any network');
});

it('compares nothing over different networks, and says why', () => {
  const arms = { sse: { [P50]: 4e5 }, 'websocket+wan': { [P50]: 40e6 } };
  expect(answer({ armIds: ['sse', 'websocket+wan'], cells: [{ scenario: 'tool-calls', arms }] })).toBe(
    'SSE answers a tool call in 400 µs at the median. There is nothing to compare it with: SSE and WebSocket did not run over the same network.',
  );
});

it('names what a call takes over the other networks', () => {
  const cell: CellSpec = {
    ...calls(FASTER),
    arms: {
      sse: { [P50]: 4e5 },
      websocket: { [P50]: 2e5 },
      'sse+wan': { [P50]: 40.4e6 },
      'websocket+wan': { [P50]: 40.2e6 },
    },
  };
  const armIds = ['sse', 'websocket', 'sse+wan', 'websocket+wan'];
  expect(answer({ armIds, cells: [cell] })).toContain(
    'before any network. With a network between the ends a call takes, over SSE and WebSocket, 40.4 ms and 40.2 ms over wan (40 ms).',
  );
});

it('says that the run ended before its first trial', () => {
  const summary = summaryOf({});
  const record = { ...summary.record, status: 'partial' as const, trials: [] };
  expect(answerSentences({ ...summary, record, completedTrials: 0 })).toEqual([
    expect.stringMatching(
      /^Nothing was measured: this run ended before the first of its \d+ planned trials was over\.$/,
    ),
  ]);
});

it('speaks of pushes alone where nobody calls, and of fan-out where notifications were not run', () => {
  const alone = (comparison: Partial<Comparison>, level: string): CellSpec => ({
    ...pushes(comparison),
    scenario: 'fan-out',
    level,
  });
  expect(answer({ cells: [alone(FASTER, '1-clients')] })).toBe(
    'Pushes to clients that only listen arrive faster over WebSocket (0.50×, interval 0.40–0.63×).',
  );
  expect(answer({ cells: [alone(FASTER, '1-clients'), alone({}, '9-clients')] })).toBe(
    'For pushes to clients that only listen it depends on the audience and the rate: at 1 of 2 audiences and rates ' +
      'WebSocket is faster, at 1 of 2 audiences and rates both are equal (interval 0.40–1.02× over 2 audiences and rates).',
  );
  expect(answer({ cells: [pushes({}), alone(FASTER, '1-clients')] })).toBe(
    'Pushes to clients that only listen arrive equally fast over both (1.00×, interval 0.98–1.02×).',
  );
});

it('says that no call was valid only where somebody was to call', () => {
  const calling: CellSpec = {
    scenario: 'tool-calls',
    special: { load: { kind: 'closed', thinkNs: nanoseconds(0) } },
    arms: { sse: { [P50]: 4e5 } },
  };
  expect(answer({ cells: [calling] })).toContain('No call was measured validly on both SSE and WebSocket.');
});
