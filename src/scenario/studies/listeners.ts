/** What a scenario file may set of the study `listeners`. */
import { bytes } from '../../units.ts';
import { choice, duration, listOf, mapping, MAX_CLIENTS, rate, size, whole } from '../fields.ts';

const MOST_LEVELS = 20;
const DIFFERENT = 'numbers of connections that differ from each other';

const window = () => duration({ least: '10ms', most: '10m' });

export const settings = mapping(
  {
    connections: listOf(whole({ least: 0, most: MAX_CLIENTS }), {
      what: 'numbers of connections, like 0, 50 or 800',
      most: MOST_LEVELS,
    })
      .refine((levels) => new Set(levels).size === levels.length, { error: DIFFERENT })
      .prefault([0, 100, 200, 400, 800])
      .describe('How many listeners are connected; every number is a step with an endpoint of its own.'),
    settle: duration({ least: '10ms', most: '1m' })
      .prefault('300ms')
      .describe('Quiet time before garbage is collected, and again before memory is read.'),
    idle: window().prefault('500ms').describe('How long processor time is watched while nothing is published.'),
    receive: window().prefault('1s').describe('How long updates are published.'),
    rate: rate().prefault('5/s').describe('Updates per second; each goes to every listener.'),
    arrivals: choice(['constant', 'poisson'])
      .prefault('constant')
      .describe('Whether updates come evenly spaced or at random.'),
    size: size(bytes(1)).prefault('120B').describe('Filler in each update.'),
    cut: window()
      .optional()
      .describe('As long again, with one listener cut off a third of the way; without it none is.'),
  },
  'a mapping with connections, settle, idle, receive, rate, arrivals, size or cut',
);
