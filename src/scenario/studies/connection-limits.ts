/** What a scenario file may set of the study `connection-limits`. */
import { bytes } from '../../units.ts';
import { duration, listOf, mapping, size, whole } from '../fields.ts';

const MIB = 1024 * 1024;

export const settings = mapping(
  {
    streams: whole({ least: 10, most: 5_000 })
      .prefault(1_200)
      .describe('How many streams of a kind the browser is asked for at most.'),
    allowed: listOf(whole({ least: 1, most: 10_000 }), { what: 'numbers of streams', most: 8 })
      .prefault([100, 1_000])
      .describe(
        'Streams of one HTTP/2 connection that the server allows (MAX_CONCURRENT_STREAMS), each tried by itself.',
      ),
    patience: duration({ least: '100ms', most: '30s' })
      .prefault('2s')
      .describe('How long a stream or a request may take before it counts as waiting.'),
    connections: whole({ least: 1, most: 50_000 })
      .prefault(2_000)
      .describe('How many sessions a Node client is asked for at most.'),
    addresses: whole({ least: 1, most: 200 })
      .prefault(4)
      .describe('Loopback addresses that they are opened from in turn: 127.0.0.1, 127.0.0.2 and so on.'),
    memory: size(bytes(MIB), bytes(65_536 * MIB))
      .prefault('1024MiB')
      .describe('Resident memory of client and endpoint together at which no more sessions are opened.'),
  },
  'a mapping with streams, allowed, patience, connections, addresses or memory',
);
