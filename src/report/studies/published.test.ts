import { describe, expect, it } from 'vitest';
import { measured, studyRecord } from '../../../test/fixtures/study-record.ts';
import type { StudyData } from '../../result/study-data.ts';
import { summarise } from '../../stats/summarise.ts';
import { studySections } from '../study-section.ts';

type Data = StudyData['published'];

const callsOf = (ms: number): Data => ({ timesNs: Array(5).fill(ms * 1e6) as number[], bytes: null, waitedNs: [] });
const step = (figure: string, way: string, data: Data, repeats = 1) =>
  measured<'published'>({ figure, way }, data, repeats);

const sectionOf = (steps: ReturnType<typeof step>) => {
  const [section] = studySections(summarise(studyRecord({ study: 'published', steps })));
  if (section === undefined) throw new Error('no section');
  return section;
};

describe('published numbers in a report', () => {
  it('set each way against the first, and say what the client library explains', () => {
    const { tables, notes } = sectionOf([
      ...step('published-ws-11x', 'SSE', callsOf(2)),
      ...step('published-ws-11x', 'WebSocket', callsOf(1)),
      ...step('published-ws-11x', 'SSE, POST by fetch()', callsOf(8)),
    ]);
    expect(tables[0]?.rows).toEqual([
      ['SSE', '2.00 ms', '1.00×'],
      ['WebSocket', '1.00 ms', '0.50×'],
      ['SSE, POST by fetch()', '8.00 ms', '4.00×'],
    ]);
    expect(notes[0]).toBe(
      'published-ws-11x: SSE takes 2.00× the time of WebSocket through stock libraries, 8.00× the time of WebSocket through fetch() for each POST: what the client library adds is in the ratio',
    );
  });

  it('say of clients without a library what becomes of an order, and of a ratio', () => {
    const { notes } = sectionOf([
      ...step('published-ws-11x', 'SSE', callsOf(2)),
      ...step('published-ws-11x', 'WebSocket', callsOf(1)),
      ...step('published-ws-11x', 'SSE, lean client', callsOf(1.5)),
      ...step('published-ws-11x', 'WebSocket, lean client', callsOf(1)),
      ...step('published-ui-tars', 'Streamable HTTP', callsOf(1)),
      ...step('published-ui-tars', 'SSE', callsOf(2)),
      ...step('published-ui-tars', 'Streamable HTTP, lean client', callsOf(2)),
      ...step('published-ui-tars', 'SSE, lean client', callsOf(1)),
      ...step('published-ui-tars', 'stdio', callsOf(1)),
      ...step('published-ui-tars', 'stdio, a process per call', callsOf(100)),
    ]);
    expect(notes[0]).toContain('SSE takes 1.50× the time of WebSocket through lean clients, 2.00× the time');
    expect(notes[1]).toContain(
      'Streamable HTTP makes 2.00× the calls of SSE through stock libraries, 0.50× the calls of SSE through lean clients; stdio',
    );
  });

  it('count calls per second over all the time that they took', () => {
    const { tables } = sectionOf(
      step('published-ui-tars', 'stdio', { timesNs: [1e6, 3e6], bytes: null, waitedNs: [] }),
    );
    expect(tables[0]?.rows).toEqual([['stdio', '500', '–']]);
  });

  it('show what lies beyond the message', () => {
    const bytes = { messages: 10, wireBytes: 1_310, payloadBytes: 1_170 };
    const { tables } = sectionOf(step('published-push-bytes', 'SSE', { timesNs: [], bytes, waitedNs: [] }));
    expect(tables[0]?.rows).toEqual([['SSE', '14 B', '1.00×']]);
  });

  it('take waiting out, each time by itself', () => {
    const back = (took: number, waited: number): Data => ({
      timesNs: [took * 1e6],
      bytes: null,
      waitedNs: [waited * 1e6],
    });
    const { tables, notes } = sectionOf([
      ...step('published-reconnect', 'SSE, fixed delay', back(100, 90)),
      ...step('published-reconnect', 'WebSocket, fixed delay', back(300, 295)),
    ]);
    expect(tables[0]?.rows).toEqual([
      ['SSE, fixed delay', '100 ms', '1.00×', '10.0 ms'],
      ['WebSocket, fixed delay', '300 ms', '3.00×', '5.00 ms'],
    ]);
    expect(notes[0]).toContain('SSE is back in 10.0 ms and WebSocket in 5.00 ms: the rest is retry policy');
  });
});
