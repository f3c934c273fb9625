import { describe, expect, test } from 'vitest';
import { around, attributionStepsOf, type MadePart } from '../../../test/fixtures/attribution-steps.ts';
import { defaultVariant } from '../../scenario/variant.ts';
import type { PlannedStudy } from '../../scenario/study.ts';
import { render } from './attribution.ts';

const planned: PlannedStudy = {
  name: 'where-the-time-goes',
  title: '',
  shows: '',
  study: 'attribution',
  repeats: 8,
  arms: [
    { id: 'sse', title: 'SSE', variant: defaultVariant('sse') },
    { id: 'websocket', title: 'WebSocket', variant: defaultVariant('websocket') },
  ],
  settings: '{}',
  steps: [],
};

const parts: readonly MadePart[] = [
  { part: 'handler', medianUs: around(5, 0) },
  { arm: 'sse', part: 'echo', placement: 'same', medianUs: around(12) },
  ...(['sse', 'websocket'] as const).flatMap((arm) => {
    const times =
      arm === 'sse' ? { echo: 40, lean: 60, stock: 160, sdk: 400 } : { echo: 40, lean: 60, stock: 80, sdk: 100 };
    return Object.entries(times).map(([part, us]) => ({ arm, part, medianUs: around(us) }));
  }),
];

describe('a report of where the time goes', () => {
  const { tables, notes } = render(attributionStepsOf(parts), planned);

  test('has a row and a bar for each transport, as long as its call', () => {
    expect(tables[0]?.rows[1]).toEqual([
      'WebSocket',
      '40.0 ±3.00',
      '15.0 ±0',
      '20.0 ±0',
      '20.0 ±0',
      '5.00 ±0',
      '100 ±3.00',
    ]);
    const bars = tables[1]?.rows.map(([, bar = '']) => bar.trimEnd());
    expect(bars?.[0]).toHaveLength(60);
    expect(bars?.[1]).toHaveLength(15);
    expect(bars?.[1]).toBe('░░░░░░▒▒▓▓▓███·');
  });

  test('has processor times of both ends and bytes, once where they are the same', () => {
    expect(tables[2]?.rows[1]).toEqual([
      'WebSocket',
      '10.0 + 20.0',
      '15.0 + 30.0',
      '20.0 + 40.0',
      '25.0 + 50.0',
      '448',
    ]);
  });

  test('says whose the difference is, and what waking cores has to do with it', () => {
    expect(notes[0]).toBe(
      'WebSocket and SSE: no difference seen [1.00–1.00] through lean clients, WebSocket is 2.00× [1.96–2.04] faster through stock libraries, WebSocket is 4.00× [3.91–4.09] faster through the SDK: most of the difference is the client.',
    );
    expect(notes[1]).toContain('with both ends on one core: 28.0 µs of its floor is the waking of cores');
  });

  test('one repetition has no interval, and decides nothing', () => {
    const single = parts.map((part) => ({ ...part, medianUs: part.medianUs.slice(3, 4) }));
    const one = render(attributionStepsOf(single), planned);
    expect(one.tables[0]?.rows[1]).toEqual(['WebSocket', '40.0', '15.0', '20.0', '20.0', '5.00', '100']);
    expect(one.notes[0]).toBe(
      'WebSocket and SSE: 1.00× as long over SSE as over WebSocket in one repetition through lean clients, 2.00× as long over SSE as over WebSocket in one repetition through stock libraries, 4.00× as long over SSE as over WebSocket in one repetition through the SDK; whose the difference is, these repetitions do not tell.',
    );
  });

  test('with both ends on one core anyway, nothing is said of waking a second', () => {
    const together = attributionStepsOf(parts).map(({ outcome, ...step }) => ({
      ...step,
      outcome:
        outcome.status === 'measured'
          ? { ...outcome, data: { ...outcome.data, placement: 'endpoint on core 0, driver on core 0' } }
          : outcome,
    }));
    expect(render(together, planned).notes.filter((note) => note.startsWith('Placement'))).toEqual([]);
  });

  test('says what was not measured, once, and which sums do not add up', () => {
    const gone = attributionStepsOf(parts).map((step) =>
      step.subject['part'] === 'echo'
        ? { ...step, outcome: { status: 'not-measured', because: 'it rained', wouldAnswer: 'sun' } as const }
        : step,
    );
    const said = render(gone, planned).notes;
    expect(said.filter((note) => note.includes('it rained'))).toEqual([
      'SSE, echo: it rained',
      'WebSocket, echo: it rained',
    ]);
    expect(said.filter((note) => note.includes('add up'))).toHaveLength(2);
  });
});
