/** What a scenario file may set of the study `reconnect`. */
import { choice, duration, listOf, mapping, rate, whole } from '../fields.ts';

/** Whose connection is cut. */
export const RECONNECT_CLIENTS = [
  // The package `eventsource` as it is, over HTTP+SSE.
  'eventsource',
  // The same, with an application that opens a new one when nothing has come for a while.
  'eventsource-watched',
  // The package `ws` as it is.
  'ws',
  // The same, with an application that connects again and takes its session up.
  'ws-resume',
  'streamable-http-2025-11-25',
  // Where a lost stream cannot be taken up: an application that listens again.
  'streamable-http-2026-07-28',
] as const;
export type ReconnectClient = (typeof RECONNECT_CLIENTS)[number];

/** How it is cut. */
export const CUTS = ['fin', 'rst', 'restart', 'idle-timeout', 'black-hole'] as const;
export type Cut = (typeof CUTS)[number];

const BUFFERS = ['none', 'replay'] as const;
const RETRIES = ['stated', 'default'] as const;

const MOST_CUTS = 100;

export const settings = mapping(
  {
    clients: listOf(choice(RECONNECT_CLIENTS), { what: 'clients', most: RECONNECT_CLIENTS.length })
      .prefault([...RECONNECT_CLIENTS])
      .describe('Whose connection is cut.'),
    cuts: listOf(choice(CUTS), { what: 'kinds of cuts', most: CUTS.length })
      .prefault([...CUTS])
      .describe(
        'How it is cut: an orderly end, a reset, a killed server, a hop that ends what is silent, a hop that drops everything.',
      ),
    buffers: listOf(choice(BUFFERS), { what: 'buffers', most: BUFFERS.length })
      .prefault([...BUFFERS])
      .describe('Whether the endpoint keeps what it has sent, for clients that can ask for it.'),
    retries: listOf(choice(RETRIES), { what: 'retries', most: RETRIES.length })
      .prefault(['stated'])
      .describe(
        'Who says how long a client waits before it comes back: this file for all alike, or each client’s own default.',
      ),
    cutsPerStep: whole({ least: 1, most: MOST_CUTS }).prefault(10).describe('How often one client is cut off.'),
    rate: rate().prefault('50/s').describe('Numbered events per second.'),
    retry: duration({ least: '1ms', most: '1m' })
      .prefault('250ms')
      .describe(
        'The stated wait: sent by servers whose transport has a field for it, kept by the applications of the others.',
      ),
    backoff: whole({ least: 1, most: 10 })
      .prefault(1)
      .describe(
        'By how much an application multiplies its wait after each try that failed; 1 is what an event source does.',
      ),
    longestRetry: duration({ least: '1ms', most: '10m' }).prefault('5s').describe('The most that it becomes.'),
    attempts: whole({ least: 1, most: 1_000 })
      .prefault(40)
      .describe('How often in a row a client tries, where it does not try for ever.'),
    outage: duration({ least: '0ms', most: '1m' })
      .prefault('200ms')
      .describe('For how long a killed server is not there.'),
    idle: duration({ least: '50ms', most: '10m' })
      .prefault('500ms')
      .describe('After how much silence a hop ends a connection.'),
    heartbeat: duration({ least: '10ms', most: '5m' })
      .prefault('100ms')
      .describe('How often an endpoint breaks the silence, where it does.'),
    silence: duration({ least: '20ms', most: '10m' })
      .prefault('400ms')
      .describe('After how much silence an application that watches its connection gives it up.'),
    giveUp: duration({ least: '100ms', most: '10m' })
      .prefault('10s')
      .describe('After how long a client that is not back is never back.'),
    unnoticed: duration({ least: '100ms', most: '10m' })
      .prefault('3s')
      .describe('The same, for a connection that is silently dropped.'),
  },
  'a mapping with clients, cuts, buffers, retries, cutsPerStep or times',
);
