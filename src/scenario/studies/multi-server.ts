/** What a scenario file may set of the study `multi-server`. */
import { bytes } from '../../units.ts';
import { duration, listOf, mapping, rate, size, whole } from '../fields.ts';

const MAX_SERVERS = 10;
/** Of one server; with all servers it stays below what an HTTP/2 connection of the bench carries at a time. */
const MAX_STREAMS = 100;
const MAX_IN_FLIGHT = 16;
const MAX_ROUNDS = 100;
/** A call's nonce. */
const SMALLEST_TEXT = bytes(12);

export const settings = mapping(
  {
    servers: whole({ least: 1, most: MAX_SERVERS })
      .prefault(3)
      .describe('Servers that the one client is connected to.'),
    streams: listOf(whole({ least: 1, most: MAX_STREAMS }), { what: 'whole numbers', most: 10 })
      .prefault([1, 10, 100])
      .describe('Streams of each server; every number is a subject of its own.'),
    hog: mapping(
      {
        size: size(SMALLEST_TEXT).prefault('1MiB').describe('Result of each of its calls.'),
        'in-flight': whole({ least: 1, most: MAX_IN_FLIGHT })
          .prefault(2)
          .describe('Calls that it always has under way.'),
      },
      'a mapping with size and in-flight',
    )
      .prefault({})
      .describe('The busy neighbour of the quiet stream.'),
    quiet: mapping(
      {
        rate: rate().prefault('200/s').describe('Of its calls, and of its events.'),
        size: size(SMALLEST_TEXT).prefault('64B').describe('Argument of its calls, payload of its events.'),
      },
      'a mapping with rate and size',
    )
      .prefault({})
      .describe('The stream whose times are taken.'),
    rounds: whole({ least: 1, most: MAX_ROUNDS })
      .prefault(4)
      .describe('How often the quiet stream is looked at alone, beside the hog, and apart from it, within one step.'),
    window: duration({ least: '20ms', most: '1m' }).prefault('300ms').describe('Each time.'),
  },
  'a mapping with servers, streams, hog, quiet, rounds and window',
);
