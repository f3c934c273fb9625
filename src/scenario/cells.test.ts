import { describe, expect, it } from 'vitest';
import { bytes, nanoseconds, perSecond } from '../units.ts';
import { type CellOptions, expandCells } from './cells.ts';
import { loadWorkload } from './load-scenario.ts';
import type { Overrides } from './overrides.ts';
import { parseScenario } from './parse-scenario.ts';
import type { Cell } from './scenario.ts';
import { ScenarioError } from './scenario-error.ts';

const cellsOf = (name: string, options: Partial<CellOptions> = {}): Cell[] =>
  expandCells(loadWorkload(name), { quick: false, ...options });
const withFlags = (name: string, overrides: Overrides): Cell[] => cellsOf(name, { overrides });
const idsOf = (cells: readonly Cell[]): string[] => cells.map((cell) => cell.id);

describe('expandCells', () => {
  it('one cell with an empty level when nothing varies', () => {
    const [cell, ...others] = cellsOf('tool-calls');
    expect(others).toEqual([]);
    expect(cell).toMatchObject({ id: 'tool-calls', level: '', scenario: { name: 'tool-calls', clients: 1 } });
  });

  it('one cell for each level, in the order of the file', () => {
    const cells = cellsOf('payload-sizes');
    const sizes = [16, 256, 4096, 65_536, 1_048_576];
    expect(cells.map((cell) => cell.level)).toEqual(['16B', '256B', '4KiB', '64KiB', '1MiB']);
    expect(cells[3]?.id).toBe('payload-sizes[64KiB]');
    expect(cells.map((cell) => cell.scenario.scripts[0]?.steps[0])).toMatchObject(
      sizes.map((size) => ({ argument: { kind: 'filler', bytes: size } })),
    );
  });

  it('levels of the publications', () => {
    const cells = cellsOf('notifications');
    expect(idsOf(cells)).toEqual(['notifications[20/s]', 'notifications[100/s]']);
    expect(cells.map((cell) => cell.scenario.publish)).toMatchObject([
      [{ ratePerSec: 20, subscribers: 10, payloadBytes: 120 }],
      [{ ratePerSec: 100, subscribers: 10, payloadBytes: 120 }],
    ]);
  });

  it('levels of clients take subscribers along, and those of a rate the load', () => {
    const text = `name: a
title: b
shows: c
scripts: [{ name: ask, steps: [{ call: produce, receive: 1KiB }] }]
load: { model: sessions, rate: 5/s }
publish: [{ topic: feed, rate: 7/s }]
window: 1s
`;
    const byClients = expandCells(parseScenario(`${text}vary: { clients: [1, 8] }`, 's'), { quick: false });
    expect(byClients.map(({ id, scenario }) => [id, scenario.publish[0]?.subscribers])).toEqual([
      ['a[1-clients]', 1],
      ['a[8-clients]', 8],
    ]);
    const byRate = expandCells(parseScenario(`${text}vary: { rate: [1/s, 30/min] }`, 's'), { quick: false });
    expect(byRate.map(({ id, scenario }) => [id, scenario.load, scenario.publish[0]?.ratePerSec])).toMatchObject([
      ['a[1/s]', { kind: 'sessions', ratePerSec: 1 }, 7],
      ['a[30/min]', { kind: 'sessions', ratePerSec: 0.5 }, 7],
    ]);
    const [bySize] = expandCells(parseScenario(`${text}vary: { payload: [2KiB] }`, 's'), { quick: false });
    expect(bySize?.scenario).toMatchObject({
      scripts: [{ steps: [{ argument: { bytes: 2048 }, answerBytes: 2048 }] }],
      publish: [{ payloadBytes: 2048 }],
    });
  });

  const LEVELS = `name: a
title: b
shows: c
scripts: [{ name: ask, steps: [{ call: echo }] }]
load: { model: open, rate: 5/s }
publish: [{ topic: feed, rate: 7/s }]
window: 1s
vary:
  - { only: calls, rate: 9/s }
  - { name: listen, only: pushes }
  - { clients: 3, publish-rate: 1/s, window: 6s }
  - { clients: 4, publish-rate: 1/s, window: 6s }
`;

  it('levels of a list set several things each', () => {
    const cells = expandCells(parseScenario(LEVELS, 's'), { quick: false });
    expect(
      cells.map(({ id, level, scenario: { clients, load, scripts, publish, window } }) => [
        id,
        level,
        clients,
        'ratePerSec' in load ? load.ratePerSec : load.kind,
        scripts.length,
        publish.map(({ ratePerSec, subscribers }) => [ratePerSec, subscribers]),
        window.timeNs,
      ]),
    ).toEqual([
      ['a[calls,9/s]', 'calls,9/s', 1, 9, 1, [], 1e9],
      ['a[listen]', 'listen', 1, 'none', 0, [[7, 1]], 1e9],
      ['a[3-clients,1/s]', '3-clients,1/s', 3, 5, 1, [[1, 3]], 6e9],
      ['a[4-clients,1/s]', '4-clients,1/s', 4, 5, 1, [[1, 4]], 6e9],
    ]);
  });

  it('a flag goes before what a level says, and levels that it has made equal are one', () => {
    const parsed = parseScenario(LEVELS, 's');
    const cells = expandCells(parsed, { quick: false, overrides: { clients: 5, windowTimeNs: nanoseconds(2e9) } });
    expect(cells.map(({ id, scenario }) => [id, scenario.clients, scenario.window.timeNs])).toEqual([
      ['a[calls,9/s]', 5, 2e9],
      ['a[listen]', 5, 2e9],
      ['a[5-clients,1/s]', 5, 2e9],
    ]);
  });

  it('quick uses what the file has for it', () => {
    const cells = cellsOf('payload-sizes', { quick: true });
    expect(idsOf(cells)).toEqual(['payload-sizes[16B]', 'payload-sizes[64KiB]']);
    expect(cells[0]?.scenario).toMatchObject({ window: { timeNs: 100e6 }, warmup: { timeNs: 30e6, calls: undefined } });
  });

  it('quick without such a part is the scenario as it is', () => {
    const text = 'name: a\ntitle: b\nshows: c\nload: { model: none }\npublish: [{ topic: f, rate: 1 }]\nwindow: 1s\n';
    const parsed = parseScenario(text, 's');
    expect(expandCells(parsed, { quick: true })).toEqual(expandCells(parsed, { quick: false }));
  });

  it('a cell holds a scenario and nothing of the file format', () => {
    expect(Object.keys(cellsOf('payload-sizes')[0]!.scenario).toSorted()).toEqual([
      'clients',
      'load',
      'name',
      'publish',
      'scripts',
      'shows',
      'stall',
      'timeoutNs',
      'title',
      'warmup',
      'window',
    ]);
  });
});

describe('overrides', () => {
  it('a duration or a number of calls is the only end of the window; both are both', () => {
    const windowOf = (overrides: Overrides) => withFlags('tool-calls', overrides)[0]?.scenario.window;
    expect(windowOf({ windowTimeNs: nanoseconds(5e9) })).toEqual({ timeNs: 5e9, calls: undefined });
    expect(windowOf({ windowCalls: 100 })).toEqual({ timeNs: undefined, calls: 100 });
    expect(windowOf({ windowCalls: 100, windowTimeNs: nanoseconds(5e9) })).toEqual({ timeNs: 5e9, calls: 100 });
  });

  it('a warm-up of a given time waits for no calls', () => {
    const [cell] = withFlags('tool-calls', { warmupTimeNs: nanoseconds(0) });
    expect(cell?.scenario.warmup).toEqual({ timeNs: 0, calls: undefined });
  });

  it('a rate opens a closed loop and replaces that of sessions', () => {
    const loadOf = (name: string) => withFlags(name, { ratePerSec: perSecond(50) })[0]?.scenario.load;
    expect(loadOf('tool-calls')).toEqual({ kind: 'open', arrivals: 'poisson', ratePerSec: 50, maxInFlight: 1000 });
    expect(loadOf('agent-loop')).toMatchObject({ kind: 'sessions', ratePerSec: 50, repeats: 3 });
  });

  it('clients take along those who subscribe', () => {
    const cells = withFlags('duplex', { clients: 2 });
    expect(cells.at(-1)?.scenario).toMatchObject({ clients: 2, publish: [{ subscribers: 2 }] });
  });

  it('a flag on the axis that varies leaves one cell, on another axis all', () => {
    expect(idsOf(withFlags('payload-sizes', { payloadBytes: bytes(4096) }))).toEqual(['payload-sizes[4KiB]']);
    const cells = withFlags('notifications', { payloadBytes: bytes(4096) });
    expect(cells.map((cell) => cell.scenario.publish[0]?.payloadBytes)).toEqual([4096, 4096]);
  });

  it('win over quick', () => {
    const [cell] = cellsOf('tool-calls', { quick: true, overrides: { windowTimeNs: nanoseconds(7e6) } });
    expect(cell?.scenario).toMatchObject({ window: { timeNs: 7e6 }, warmup: { timeNs: 30e6 } });
  });

  it('without any, the scenario is as it was', () => {
    expect(withFlags('duplex', {})).toEqual(cellsOf('duplex'));
  });

  const feed = 'publish: [{ topic: f, rate: 5/s, subscribers: 5 }]\nclients: 5\nwindow: 1s\nload: { model: none }\n';
  const fixed = parseScenario(`name: fixed\ntitle: b\nshows: c\n${feed}`, 's');

  it.each<[Overrides, string]>([
    [{ clients: 0 }, '--clients: got 0, expected a whole number from 1 to 10000'],
    [{ clients: 1.5 }, '--clients: got 1.5, expected a whole number from 1 to 10000'],
    [{ ratePerSec: perSecond(-1) }, '--rate: got -1, expected a rate above 0 and at most 1000000/s'],
    [{ ratePerSec: perSecond(Number.NaN) }, '--rate: got NaN, expected a rate above 0 and at most 1000000/s'],
    [{ windowTimeNs: nanoseconds(7200e9) }, '--duration: got 2h, expected a time from 1ms to 1h'],
    [{ windowCalls: 0 }, '--calls: got 0, expected a whole number from 1 to 5000000'],
    [{ warmupTimeNs: nanoseconds(7200e9) }, '--warmup: got 2h, expected a time from 0ms to 1h'],
    [{ payloadBytes: bytes(15) }, '--payload: got 15B, expected a size from 16B to 4MiB'],
    [
      { clients: 0, payloadBytes: bytes(5 * 1024 * 1024) },
      '--clients: got 0, expected a whole number from 1 to 10000\n--payload: got 5MiB, expected a size from 16B to 4MiB',
    ],
    [{ ratePerSec: perSecond(5) }, '--rate: cannot apply to scenario "fixed": a load of model none has no rate'],
    [
      { windowCalls: 9 },
      'scenario "fixed" with --calls 9: window.calls: got 9, expected a time alone, since nothing in the scenario calls',
    ],
    [
      { clients: 4, windowTimeNs: nanoseconds(2e9) },
      'scenario "fixed" with --clients 4 --duration 2s: publish[0].subscribers: got 5, expected at most 4, the number of clients',
    ],
  ])('%j cannot apply', (overrides, message) => {
    const run = () => expandCells(fixed, { quick: false, overrides });
    expect(run).toThrow(ScenarioError);
    expect(run).toThrow(new ScenarioError(message.split('\n')));
  });
});
