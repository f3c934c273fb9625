/** What a scenario file may set of the study `knee`. */
import { z } from 'zod';
import { bytes } from '../../units.ts';
import { choice, duration, mapping, MAX_CLIENTS, quantity, rate, size, whole } from '../fields.ts';
import { A_KNEE_LIMIT, parseKneeLimit } from '../knee-limit.ts';
import { MIN_TEXT_BYTES } from '../step-schema.ts';

const MOST_PROBES = 500;

export const settings = mapping(
  {
    limit: z
      .string({ error: A_KNEE_LIMIT })
      .transform(quantity(parseKneeLimit))
      .prefault('p99 <= 10ms')
      .describe('What a rate must keep to count as sustained, of response times from when calls were due.'),
    from: rate().prefault('500/s').describe('The rate that is tried first.'),
    most: rate().prefault('100000/s').describe('No rate above it is tried.'),
    clients: whole({ least: 1, most: MAX_CLIENTS }).prefault(8).describe('How many MCP clients share the load.'),
    text: size(bytes(MIN_TEXT_BYTES)).prefault('64B').describe('Argument of the echo that is called.'),
    arrivals: choice(['poisson', 'constant']).prefault('poisson').describe('How calls are spaced.'),
    warmup: duration({ least: '0ms', most: '1m' }).prefault('300ms').describe('Of every probe, at its own rate.'),
    window: duration({ least: '20ms', most: '10m' }).prefault('1s').describe('What is measured of every probe.'),
    probes: whole({ least: 1, most: MOST_PROBES }).prefault(80).describe('For each arm, at most.'),
    budget: duration({ least: '1s', most: '1h' })
      .prefault('4m')
      .describe('For each arm: no probe begins that would not be done by then.'),
  },
  'a mapping with limit, from, most, clients, text, arrivals, warmup, window, probes or budget',
).refine(({ from, most }) => from <= most, { error: 'a rate to begin with that is not above the most' });
