/** When scripts start and what is published, as a file writes them. */
import { z } from 'zod';
import { bytes } from '../units.ts';
import type { PublicationDraft } from './draft.ts';
import { choice, duration, mapping, MAX_CLIENTS, MAX_DURATION, rate, size, whole, word } from './fields.ts';
import type { LoadModel } from './scenario.ts';

const LOAD_MODELS = ['closed', 'open', 'sessions', 'none'] as const;

/** How many script starts may be under way in an open loop that does not say. */
export const DEFAULT_OPEN_IN_FLIGHT = 1000;

const arrivals = () =>
  choice(['constant', 'poisson'])
    .prefault('poisson')
    .describe('How arrivals are spaced: evenly, or with exponential gaps from the seed.');

const maxInFlight = (standard: number) =>
  whole({ least: 1, most: 100_000 })
    .prefault(standard)
    .describe('How many may be under way at once; what is due beyond that is dropped and counted.');

const none = mapping(
  { model: z.literal('none').describe('Nobody calls; only publications flow.') },
  'a load',
).transform((): LoadModel => ({ kind: 'none' }));

const closed = mapping(
  {
    model: z.literal('closed').describe('Every client starts its next script when the last one ended.'),
    think: duration({ least: '0ms', most: MAX_DURATION })
      .prefault('0ms')
      .describe('Pause between two scripts of a client.'),
  },
  'a load',
).transform((file): LoadModel => ({ kind: 'closed', thinkNs: file.think }));

const open = mapping(
  {
    model: z.literal('open').describe('Scripts start by the calendar, whatever came of the last one.'),
    rate: rate().describe('Script starts per second over all clients, like 200/s; at most 1000000/s.'),
    arrivals: arrivals(),
    'max-in-flight': maxInFlight(DEFAULT_OPEN_IN_FLIGHT),
  },
  'a load',
).transform((file): LoadModel => ({
  kind: 'open',
  arrivals: file.arrivals,
  ratePerSec: file.rate,
  maxInFlight: file['max-in-flight'],
}));

const sessions = mapping(
  {
    model: z
      .literal('sessions')
      .describe('Sessions arrive by the calendar; each runs its script several times in sequence.'),
    rate: rate().describe('Sessions per second over all clients, like 20/s; at most 1000000/s.'),
    repeats: whole({ least: 1, most: 1000 }).prefault(1).describe('How many times a session runs its script.'),
    arrivals: arrivals(),
    'max-in-flight': maxInFlight(200),
  },
  'a load',
).transform((file): LoadModel => ({
  kind: 'sessions',
  arrivals: file.arrivals,
  ratePerSec: file.rate,
  repeats: file.repeats,
  maxInFlight: file['max-in-flight'],
}));

/** When scripts start. */
export const loadSchema = z.discriminatedUnion('model', [closed, open, sessions, none], {
  error: (issue) =>
    issue.code === 'invalid_union' ? `one of ${LOAD_MODELS.join(', ')}` : 'a mapping like { model: closed }',
});

/** What the endpoint publishes by its own calendar. */
export const publicationSchema = mapping(
  {
    topic: word().describe('The name that wait-for steps use.'),
    rate: rate().describe('Events per second, like 100/s; at most 1000000/s.'),
    arrivals: arrivals(),
    payload: size(bytes(0)).prefault('128B').describe('Size of the filler in each event, up to 4MiB.'),
    subscribers: z
      .union([z.literal('all'), whole({ least: 0, most: MAX_CLIENTS })], {
        error: `all, or a whole number from 0 to ${MAX_CLIENTS}`,
      })
      .prefault('all')
      .describe('How many of the clients subscribe, from the first on.'),
  },
  'a publication like { topic: feed, rate: 100/s }',
).transform((file): PublicationDraft => ({
  topic: file.topic,
  arrivals: file.arrivals,
  ratePerSec: file.rate,
  payloadBytes: file.payload,
  subscribers: file.subscribers,
}));
