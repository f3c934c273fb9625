import { expect, it } from 'vitest';
import { summaryOf } from '../../test/golden/summaries.ts';
import { armTitle } from './arms.ts';
import { comparisonOf, turnedRound } from './evidence.ts';

const metric = 'rate';
const summary = summaryOf({
  cells: [
    {
      scenario: 'chatty',
      comparisons: [{ metric, ratio: 2, low95: 1.6, high95: 2.5, low90: 1.8, high90: 2.2, word: 'faster' }],
    },
  ],
});
const [cell] = summary.cells;

it('gives a comparison in the direction that is asked for', () => {
  expect(comparisonOf(cell!, metric, { armId: 'websocket', baseArmId: 'sse' })?.ratio).toBe(2);
  const reverse = comparisonOf(cell!, metric, { armId: 'sse', baseArmId: 'websocket' });
  expect(reverse).toMatchObject({
    armId: 'sse',
    baseArmId: 'websocket',
    ratio: 0.5,
    low95: 0.4,
    high95: 0.625,
    word: 'slower',
  });
  expect(comparisonOf(cell!, metric, { armId: 'sse', baseArmId: 'stdio' })).toBeUndefined();
});

it('turns round twice to where it was', () => {
  const [comparison] = cell!.comparisons;
  const twice = turnedRound(turnedRound(comparison!));
  expect(twice.word).toBe(comparison!.word);
  expect(twice.low95).toBeCloseTo(comparison!.low95, 12);
});

it('calls an arm by its title, and one that could not be by the word that asked for it', () => {
  const summary = summaryOf({ armIds: ['sse', 'websocket#2', 'streamable-http@2026-07-28+json'] });
  const ids = ['sse', 'websocket#2', 'streamable-http@2026-07-28+json', 'stdio+h2'];
  expect(ids.map((id) => armTitle(summary, id))).toEqual([
    'SSE',
    'WebSocket #2',
    'Streamable HTTP 2026-07-28 (JSON replies)',
    'stdio+h2',
  ]);
});
