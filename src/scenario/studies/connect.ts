/** What a scenario file may set of the study `connect`. */
import { bytes } from '../../units.ts';
import { duration, line, listOf, mapping, size, whole } from '../fields.ts';

const MAX_SESSIONS = 1_000;
const MAX_CALLS = 1_000;
/** A call's nonce. */
const SMALLEST_TEXT = bytes(12);

export const settings = mapping(
  {
    warm: whole({ least: 1, most: MAX_SESSIONS })
      .prefault(10)
      .describe('Sessions opened one after the other once the process and its connections are warm.'),
    calls: whole({ least: 2, most: MAX_CALLS })
      .prefault(20)
      .describe('Calls of a session whose every call is looked at.'),
    text: size(SMALLEST_TEXT).prefault('64B').describe('Argument of every call.'),
    rtt: duration({ least: '5ms', most: '1s' })
      .prefault('40ms')
      .describe('Round trip of the network that a relay imitates in order to count round trips.'),
    reuse: duration({ least: '10ms', most: '1m' })
      .prefault('500ms')
      .describe('How long calls are counted with a shared session, and with a session per call.'),
    'reuse-arms': listOf(line(100), { what: 'arms, like streamable-http', most: 10 })
      .prefault(['streamable-http'])
      .describe('Of the arms that are looked at, those with which session reuse is tried.'),
  },
  'a mapping with warm, calls, text, rtt, reuse and reuse-arms',
);
