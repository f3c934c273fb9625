/** What a scenario varies, as a file writes it: one key with its values, or a list of levels that set several keys each. */
import { z } from 'zod';
import { DIRECTIONS, type Direction } from './directions.ts';
import type { Level, Setting, Vary } from './draft.ts';
import { window } from './extent-schema.ts';
import { choice, listOf, mapping, MAX_CLIENTS, rate, size, whole, word } from './fields.ts';
import type { Extent } from './scenario.ts';
import { MIN_TEXT_BYTES } from './step-schema.ts';

const MAX_LEVELS = 50;
const AXES = ['payload', 'rate', 'clients', 'publish-rate'] as const;

const payload = () => size(MIN_TEXT_BYTES);
const clients = () => whole({ least: 1, most: MAX_CLIENTS });
const levelsOf = <Item extends z.core.SomeType>(item: Item, what: string) =>
  listOf(item, { what, most: MAX_LEVELS }).optional();

/** What a level may set, read. */
interface Keys {
  readonly only?: Direction | undefined;
  readonly payload?: z.output<ReturnType<typeof payload>> | undefined;
  readonly rate?: z.output<ReturnType<typeof rate>> | undefined;
  readonly clients?: number | undefined;
  readonly 'publish-rate'?: z.output<ReturnType<typeof rate>> | undefined;
  readonly window?: Extent | undefined;
}

function settingsOf(keys: Keys): readonly Setting[] {
  const { only, payload: payloadBytes, rate: ratePerSec, clients: number, window: extent } = keys;
  const publishRate = keys['publish-rate'];
  const settings: Setting[] = [];
  if (only !== undefined) settings.push({ axis: 'only', only });
  if (payloadBytes !== undefined) settings.push({ axis: 'payload', payloadBytes });
  if (ratePerSec !== undefined) settings.push({ axis: 'rate', ratePerSec });
  if (number !== undefined) settings.push({ axis: 'clients', clients: number });
  if (publishRate !== undefined) settings.push({ axis: 'publish-rate', ratePerSec: publishRate });
  if (extent !== undefined) settings.push({ axis: 'window', window: extent });
  return settings;
}

const levelSchema = mapping(
  {
    name: word()
      .optional()
      .describe('What the level is called; without it, the values that it sets are its name, the window aside.'),
    only: choice(DIRECTIONS)
      .optional()
      .describe('One direction alone: calls without what is published, or pushes without anybody calling.'),
    payload: payload()
      .optional()
      .describe('Size of what every call sends, of what produce answers and of what is published.'),
    rate: rate().optional().describe('Rate of an open load or of sessions.'),
    clients: clients().optional().describe('Number of clients.'),
    'publish-rate': rate().optional().describe('Rate of every publication.'),
    window: window().optional().describe('In place of the window: a low rate needs a longer one.'),
  },
  'a level like { clients: 100, publish-rate: 10/s }',
)
  .meta({ minProperties: 1 })
  .transform(({ name, ...keys }): Level => ({ name, settings: settingsOf(keys) }));

const axisSchema = mapping(
  {
    payload: levelsOf(payload(), 'sizes').describe(
      'Sizes of what every call sends, of what produce answers and of what is published.',
    ),
    rate: levelsOf(rate(), 'rates').describe('Rates of an open load or of sessions.'),
    clients: levelsOf(clients(), 'numbers of clients').describe('Numbers of clients.'),
    'publish-rate': levelsOf(rate(), 'rates').describe('Rates of every publication.'),
  },
  'a mapping like { payload: [16B, 4KiB] }',
)
  .meta({ minProperties: 1, maxProperties: 1 })
  .transform((file, context): Vary => {
    const given = Object.keys(file);
    if (given.length !== 1) {
      const got = given.length === 0 ? 'no key' : given.join(' and ');
      const message = `exactly one of ${AXES.join(', ')}, or a list of levels that set several each`;
      context.addIssue({ code: 'custom', message, params: { got } });
    }
    const levels = AXES.flatMap((axis) => (file[axis] ?? []).map((value) => settingsOf({ [axis]: value })));
    return { kind: 'axis', levels: levels.map((settings) => ({ name: undefined, settings })) };
  });

/** Each level is a cell of its own. */
export const varySchema = z.union(
  [
    axisSchema,
    listOf(levelSchema, { what: 'levels', most: MAX_LEVELS }).transform((levels): Vary => ({ kind: 'list', levels })),
  ],
  { error: 'a mapping like { payload: [16B, 4KiB] }, or a list of levels like { clients: 100, publish-rate: 10/s }' },
);
