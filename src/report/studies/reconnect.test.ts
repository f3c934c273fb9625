import { describe, expect, it } from 'vitest';
import { BY_APPLICATION, NEVER, STREAM_ONLY, cutOf, reconnectRecord } from '../../../test/fixtures/reconnect.ts';
import { seconds } from '../../units.ts';
import { summarise } from '../../stats/summarise.ts';
import { studySections } from '../study-section.ts';

const [section] = studySections(
  summarise(
    reconnectRecord([
      { client: 'ws-resume', buffer: 'replay', cuts: [BY_APPLICATION] },
      { client: 'eventsource', buffer: 'replay', cuts: [cutOf()] },
      { client: 'eventsource', cuts: [STREAM_ONLY], lost: 13 },
      {
        client: 'eventsource',
        buffer: 'replay',
        retry: 'default',
        cuts: [cutOf({ policyNs: seconds(3), firstEventNs: seconds(3.01) })],
      },
      { client: 'ws', cut: 'black-hole', cuts: [{ ...NEVER, noticedNs: null }], lost: 90 },
    ]),
  ),
);

describe('the study of lost connections in a report', () => {
  it('has a table for every kind of cut, clients in one order', () => {
    expect(section?.tables.map(({ caption, rows }) => [caption, rows])).toEqual([
      [
        'Ended in an orderly way (FIN)',
        [
          ['EventSource', 'itself + app', '1.00 ms', '250 ms', '260 ms', '10.0 ms', '13 of 100', '0'],
          ['EventSource, buffer', 'itself', '1.00 ms', '250 ms', '260 ms', '10.0 ms', '0 of 100', '0'],
          ['EventSource, buffer, own wait', 'itself', '1.00 ms', '3.00 s', '3.01 s', '10.0 ms', '0 of 100', '0'],
          ['ws + own code, buffer', 'app', '1.00 ms', '250 ms', '260 ms', '10.0 ms', '0 of 100', '0'],
        ],
      ],
      ['Silently dropped: neither end is told', [['ws', 'never', '–', '–', '–', '–', '90 of 100', '0']]],
    ]);
  });

  it('labels what is policy, balances the books, and says how long it waited', () => {
    expect(section?.notes).toEqual([
      'fin: EventSource, buffer 260 ms (10.0 ms without the wait), ws + own code, buffer 260 ms (10.0 ms without the wait): no difference that events this far apart could show',
      'fin: EventSource, buffer, own wait 3.01 s (10.0 ms without the wait), ws + own code, buffer 260 ms (10.0 ms without the wait): policy, not transport',
      'all 103 lost events were published in the gaps, as the numbers on the wire show',
      'no event came out of order',
      'never: not within 2.00 s; 100 % of these clients had not noticed by then. What the system’s own timers would find after minutes is not waited for',
    ]);
  });
});
