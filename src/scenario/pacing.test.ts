import { describe, expect, test } from 'vitest';
import { FIXTURE_CELLS } from '../../test/fixtures/cells.ts';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { withoutPacing } from './cells.ts';
import { coresToSpin, maySpin, pacingOf, usualPacing } from './pacing.ts';
import { parseScenario } from './parse-scenario.ts';
import { comparePlans } from './same-plan.ts';

const armsOf = (...armIds: string[]) => fixtureRecord({ blocks: 1, armIds, cells: [] }).plan.arms;

describe('by what calendars are kept', () => {
  test('spinning needs a core that nobody else waits for', () => {
    const arms = armsOf('sse', 'websocket');
    expect(coresToSpin(arms)).toBe(3);
    expect(maySpin(arms, { count: 3, isShared: false })).toBe(true);
    expect(maySpin(arms, { count: 2, isShared: false })).toBe(false);
    expect(maySpin(arms, { count: 64, isShared: true })).toBe(false);
    expect(usualPacing(arms, { count: 2, isShared: false })).toBe('thread');
    expect(usualPacing(arms, { count: 8, isShared: false })).toBe('spin');
  });

  test('a relay takes a core of its own', () => {
    const arms = armsOf('sse', 'sse+wan');
    expect(coresToSpin(arms)).toBe(4);
    expect(usualPacing(arms, { count: 3, isShared: false })).toBe('thread');
  });

  test('a file goes before the run, and a run that says nothing had a thread', () => {
    expect(pacingOf({ pacing: 'spin' }, { pacing: 'timer' })).toBe('timer');
    expect(pacingOf({ pacing: 'spin' }, {})).toBe('spin');
    expect(pacingOf({}, {})).toBe('thread');
  });

  test('a scenario file may say', () => {
    const text = `name: x\ntitle: X\nshows: Y.\nscripts: [{ name: a, steps: [{ ping: true }] }]\nload: { model: open, rate: 10 }\nwindow: 1s\n`;
    expect(parseScenario(`${text}pacing: spin\n`, 'x.yaml').draft.pacing).toBe('spin');
    expect(() => parseScenario(`${text}pacing: spn\n`, 'x.yaml')).toThrow(
      'x.yaml:7:9: pacing: got "spn", expected one of spin, timer, thread; did you mean "spin"?',
    );
  });
});

describe('plans', () => {
  const { plan } = fixtureRecord({ blocks: 1, cells: FIXTURE_CELLS });

  test('whose calendars are kept otherwise do not measure the same, where there is a calendar', () => {
    const { differences } = comparePlans(plan, { ...plan, pacing: 'spin' });
    expect(differences).toContain('cell "chatty-paced" differs in pacing');
    expect(differences.join()).not.toContain('"chatty"');
    expect(comparePlans(plan, { ...plan, pacing: 'thread' }).differences).toEqual([]);
  });

  test('whose processes are placed otherwise do not measure the same', () => {
    expect(comparePlans(plan, { ...plan, placement: { kind: 'apart' } }).differences).toEqual([]);
    expect(comparePlans(plan, { ...plan, placement: { kind: 'same' } }).differences).toEqual([
      'the processes are placed otherwise: --placement differs',
    ]);
  });

  test('lose what a file says where a flag says something else', () => {
    const [cell] = plan.cells;
    if (cell === undefined) throw new Error('the fixture has cells');
    const own = { ...cell, scenario: { ...cell.scenario, pacing: 'timer' } as const };
    expect(withoutPacing([own])[0]?.scenario.pacing).toBeUndefined();
  });
});
