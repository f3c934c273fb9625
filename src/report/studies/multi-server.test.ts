import { describe, expect, it } from 'vitest';
import { hogStep, multiServerRecord, streamsStep } from '../../../test/fixtures/multi-server-record.ts';
import type { Place } from '../../stats/multi-server.ts';
import { studySteps } from '../../stats/study-steps.ts';
import { render } from './multi-server.ts';

const at = (armId: string, origins: Place['origins'] = 'one', layout: Place['layout'] = 'sessions'): Place => ({
  armId,
  origins,
  layout,
});

function rendered(steps: Parameters<typeof multiServerRecord>[1]) {
  const record = multiServerRecord(['sse', 'sse+h2', 'websocket'], steps);
  const [planned] = record.plan.studies;
  if (planned === undefined) throw new Error('no study');
  return render(studySteps(record, 'multi-server'), planned);
}

describe('the study of many streams in a report', () => {
  it('has a table for each number of streams, arms and places in their order', () => {
    const { tables } = rendered([
      ...streamsStep(at('websocket', 'several', 'topics'), 30, 3),
      ...streamsStep(at('websocket'), 30, 30),
      ...streamsStep(at('sse+h2'), 30, 1),
      ...streamsStep(at('sse+h2'), 3, 1),
    ]);
    expect(tables.map(({ rows }) => rows.map(([name, sockets]) => `${name}: ${sockets}`))).toEqual([
      ['SSE (HTTP/2), one: 1'],
      ['SSE (HTTP/2), one: 1', 'WebSocket, one: 30', 'WebSocket, several, topics: 3'],
    ]);
    expect(tables[1]?.rows[1]?.slice(3)).toEqual(['30', '43.9 KiB', '5.00 ms', '5.00 ms', '10.0 KiB', '20.0 KiB']);
  });

  it('shows by what factor a neighbour slows, beside and apart, and their ratio', () => {
    const { tables, notes } = rendered([...hogStep(at('sse+h2'), { beside: 3, apart: 2 })]);
    expect(tables[0]?.rows[0]).toEqual([
      'SSE (HTTP/2), one',
      '1.02 ms',
      '3.00×',
      '2.00×',
      '1.50×',
      '509 µs',
      '3.00×',
      '2.00×',
      '1.50×',
    ]);
    expect(notes.join(' ')).not.toContain('lost');
  });

  it('says what was lost', () => {
    expect(rendered([...hogStep(at('sse+h2'), { lost: 2 })]).notes[0]).toMatch(/^2 calls failed or events were lost/);
  });
});
