/** From words and flags to arms, over transports that are made up, so that one more or less changes nothing here. */
import { expect, test } from 'vitest';
import { echo, scenarioOf } from '../../test/fixtures/cells.ts';
import type { Cell, Step } from '../scenario/scenario.ts';
import { readArmWord } from '../scenario/arm-word.ts';
import type { Variant } from '../scenario/variant.ts';
import type { Capability, Transport } from '../transports/contract.ts';
import { type ArmChoice, chooseArms } from './arms.ts';

interface Made {
  readonly capabilities?: readonly Capability[];
  readonly replies?: Transport['replies'];
  /** The values that it speaks; every other is refused by name. */
  readonly speaks: { readonly [K in keyof Variant]?: readonly Variant[K][] };
}

const BOTH_ERAS = ['2025-11-25', '2026-07-28'] as const;
const MADE: Readonly<Record<string, Made>> = {
  aether: { speaks: { protocol: BOTH_ERAS, http: ['1.1', '2'] }, capabilities: [] },
  pigeon: { speaks: { protocol: ['2026-07-28'], http: ['1.1'] } },
  sse: { speaks: { protocol: ['2025-11-25'], http: ['1.1', '2'], tls: [false, true] } },
  'streamable-http': {
    speaks: { protocol: BOTH_ERAS, http: ['1.1', '2'], tls: [false, true], compression: ['off', 'gzip', 'br'] },
    replies: ['sse', 'json'],
  },
  websocket: { speaks: { protocol: BOTH_ERAS, http: ['1.1'], tls: [false, true], compression: ['off', 'deflate'] } },
};

const USUAL: Made['speaks'] = { tls: [false], compression: ['off'], client: ['stock'] };

function transportOf(name: string): Transport {
  const { capabilities = ['wire'], replies = [], speaks } = MADE[name]!;
  const words: Record<string, readonly unknown[] | undefined> = {
    ...USUAL,
    reply: replies.length === 0 ? [null] : replies,
    ...speaks,
  };
  return {
    name,
    progress: ({ reply }: Variant) =>
      reply === 'json' ? { supported: false, reason: 'no room for progress' } : { supported: true },
    title: `The ${name}`,
    capabilities: new Set(capabilities),
    replies,
    supports: (variant: Variant) => {
      const wrong = Object.entries(variant).find(([axis, value]) => words[axis]?.includes(value) === false);
      return wrong === undefined
        ? { supported: true }
        : { supported: false, reason: `${name} has no ${wrong[0]} ${String(wrong[1])}` };
    },
  } as unknown as Transport;
}

const names = Object.keys(MADE);

function wordOf(text: string) {
  const read = readArmWord(text, names);
  if (!read.ok) throw new Error(read.why);
  return read.word;
}

const chosen = (list: string, axes: Partial<Variant> = {}) =>
  chooseArms({
    arms: list === 'all' ? 'all' : list.split(',').map(wordOf),
    axes,
    names,
    load: (name) => Promise.resolve(transportOf(name)),
  });

const ids = async (list: string, axes: Partial<Variant> = {}) => (await chosen(list, axes)).arms.map(({ id }) => id);
const refused = async (list: string, axes: Partial<Variant> = {}) =>
  (await chosen(list, axes)).unsupported.map(({ armId, reason }) => `${armId}: ${reason}`);

test('all: the article’s two first, then every variant that there is', async () => {
  expect(await ids('all')).toEqual([
    'sse',
    'websocket',
    'streamable-http',
    'streamable-http+json',
    'pigeon@2026-07-28',
    'streamable-http@2026-07-28',
    'streamable-http@2026-07-28+json',
    'websocket@2026-07-28',
    'sse+h2',
    'streamable-http+h2',
    'aether',
  ]);
  expect(await refused('all')).toEqual([]);
});

test('all with a flag: the axis is no longer gone through, and who cannot says why', async () => {
  expect(await ids('all', { protocol: '2026-07-28' })).toEqual([
    // The article's WebSocket leads, also where its SSE cannot be.
    'websocket@2026-07-28',
    'pigeon@2026-07-28',
    'streamable-http@2026-07-28',
    'streamable-http@2026-07-28+json',
    'streamable-http@2026-07-28+h2',
    'aether@2026-07-28',
  ]);
  expect(await refused('all', { tls: true })).toEqual([
    'pigeon@2026-07-28+tls: pigeon has no tls true',
    'aether+tls: aether has no tls true',
  ]);
  expect(await ids('all', { reply: 'json', http: '1.1' })).not.toContain('streamable-http');
});

test('a word goes before a flag', async () => {
  expect(
    await ids('websocket@2025-11-25,websocket,streamable-http+sse', { protocol: '2026-07-28', reply: 'json' }),
  ).toEqual(['websocket', 'websocket@2026-07-28', 'streamable-http@2026-07-28']);
});

test('the reply concerns only those that have the choice, unless a word insists', async () => {
  const { arms } = await chosen('sse,streamable-http', { reply: 'json' });
  expect(arms.map(({ variant }) => variant.reply)).toEqual([null, 'json']);
  expect(await refused('sse+json')).toEqual(['sse+json: sse has no reply json']);
});

test('a reply that does not concern an arm is said of it, and one that concerns none is an error', async () => {
  const oneWay = async (list: string, axes: Partial<Variant>) => (await chosen(list, axes)).repliesOneWay;
  expect(await oneWay('sse,streamable-http,sse,websocket+tls', { reply: 'json' })).toEqual(['sse', 'websocket+tls']);
  expect(await oneWay('streamable-http+sse', { reply: 'json' })).toEqual([]);
  expect(await oneWay('sse', {})).toEqual([]);
  await expect(chosen('sse,websocket', { reply: 'json' })).rejects.toThrow(
    '--reply: no arm of this run has the choice of reply; leave it out, or measure one that has: -t streamable-http',
  );
});

test('a compression that a transport does not know is its own reason', async () => {
  expect(await ids('websocket,streamable-http', { compression: 'deflate' })).toEqual(['websocket+deflate']);
  expect(await refused('websocket,streamable-http', { compression: 'deflate' })).toEqual([
    'streamable-http+deflate: streamable-http has no compression deflate',
  ]);
});

test('repetitions are numbered, in id and title', async () => {
  const { arms } = await chosen('sse,websocket+tls,sse,websocket+tls,sse');
  expect(arms.map(({ id, title }) => `${id} = ${title}`)).toEqual([
    'sse = The sse',
    'websocket+tls = The websocket (TLS)',
    'sse#2 = The sse #2',
    'websocket+tls#2 = The websocket (TLS) #2',
    'sse#3 = The sse #3',
  ]);
});

test('a network takes what this machine can emulate it by, and is refused with the reason otherwise', async () => {
  const mechanismFor: ArmChoice['mechanismFor'] = (profile) =>
    profile === 'wan-lossy'
      ? { possible: false, reason: 'nothing here loses packets' }
      : { possible: true, mechanism: profile === 'lo' ? undefined : 'relay' };
  const load = (name: string) => Promise.resolve(transportOf(name));
  const list = 'websocket,websocket+wan,websocket+wan-lossy,websocket+lo,pigeon+wan';
  const choice = { arms: list.split(',').map(wordOf), names, load, mechanismFor };
  const { arms, unsupported } = await chooseArms({ ...choice, axes: { network: 'lan' } });
  expect(arms.map(({ id, title, variant }) => [id, title, variant.mechanism])).toEqual([
    ['websocket+lan', 'The websocket (lan by relay)', 'relay'],
    ['websocket+wan', 'The websocket (wan by relay)', 'relay'],
    ['websocket', 'The websocket', undefined],
  ]);
  expect(arms.map(({ variant }) => 'mechanism' in variant)).toEqual([true, true, false]);
  expect(unsupported).toEqual([
    { armId: 'websocket+wan-lossy', cellId: null, reason: 'nothing here loses packets' },
    // What the transport cannot goes first.
    { armId: 'pigeon+wan', cellId: null, reason: 'pigeon has no protocol 2025-11-25' },
  ]);
});

const cellOf = (id: string, progressSteps: number): Cell => ({
  id,
  level: '',
  scenario: scenarioOf({
    name: id,
    scripts: [{ name: id, weight: 1, steps: [{ ...echo(16), progressSteps } as Step] }],
  }),
});
const withCells = (list: string, cells: readonly Cell[]) =>
  chooseArms({
    arms: list.split(',').map(wordOf),
    axes: {},
    cells,
    names,
    load: (name) => Promise.resolve(transportOf(name)),
  });

test('a cell whose progress an arm cannot carry is that arm’s alone', async () => {
  const cells = [cellOf('quiet', 0), cellOf('talkative', 3)];
  const { arms, unsupported } = await withCells('sse,streamable-http+json,streamable-http+json', cells);
  expect(arms.map(({ id }) => id)).toEqual(['sse', 'streamable-http+json', 'streamable-http+json#2']);
  expect(unsupported).toEqual([
    { armId: 'streamable-http+json', cellId: 'talkative', reason: 'no room for progress' },
    { armId: 'streamable-http+json#2', cellId: 'talkative', reason: 'no room for progress' },
  ]);
});

test('an arm that can run no cell at all cannot be', async () => {
  expect(await withCells('sse,streamable-http+json', [cellOf('talkative', 3)])).toMatchObject({
    arms: [{ id: 'sse' }],
    unsupported: [{ armId: 'streamable-http+json', cellId: null, reason: 'no room for progress' }],
  });
});

test('a cell with more clients than a machine has room for servers is not run where each starts one', async () => {
  const crowd = (clients: number): Cell => {
    const { scenario, ...cell } = cellOf(`crowd-${clients}`, 0);
    return { ...cell, scenario: { ...scenario, clients } };
  };
  const spawning = { ...transportOf('sse'), capabilities: new Set<Capability>(['wire', 'client-spawns']) };
  const chosenFor = (transport: Transport) =>
    chooseArms({
      arms: [wordOf('sse')],
      axes: {},
      cells: [crowd(100), crowd(101)],
      names,
      load: () => Promise.resolve(transport),
    });
  expect((await chosenFor(transportOf('sse'))).unsupported).toEqual([]);
  expect((await chosenFor(spawning)).unsupported).toEqual([
    {
      armId: 'sse',
      cellId: 'crowd-101',
      reason:
        'over The sse every client starts a server, and 101 processes are more than the 100 that are asked of a machine',
    },
  ]);
});
