import { describe, expect, test } from 'vitest';
import { expandCells } from './cells.ts';
import { FOREIGN_SUITE, foreignCells } from './foreign.ts';
import { loadWorkload } from './load-scenario.ts';
import { parseScenario } from './parse-scenario.ts';
import type { Cell } from './scenario.ts';

const shipped = (name: string): Cell[] => expandCells(loadWorkload(name), { quick: false });
const written = (steps: string, rest = ''): Cell[] =>
  expandCells(
    parseScenario(
      `name: own\ntitle: t\nshows: s\nscripts: [{ name: a, steps: [${steps}] }]\nload: { model: closed }\nwindow: 1s\n${rest}`,
      'own.yaml',
    ),
    { quick: false },
  );

describe('foreignCells', () => {
  test('a warm-up waits for calls only where there is nothing else to wait for', () => {
    const warmupOf = (warmup: string) => {
      const foreign = foreignCells(written('{ call: echo }', `warmup: ${warmup}`));
      return foreign.ok ? foreign.cells[0]?.scenario.warmup : foreign.why;
    };
    expect(warmupOf('{ time: 200ms, calls: 100 }')).toEqual({ timeNs: 200e6, calls: undefined });
    expect(warmupOf('{ calls: 7 }')).toEqual({ timeNs: undefined, calls: 7 });
  });

  test.each([...FOREIGN_SUITE, 'agent-loop'])('%s: every call is the target’s, everything else stays', (name) => {
    const cells = shipped(name);
    const foreign = foreignCells(cells);
    if (!foreign.ok) throw new Error(foreign.why);
    const steps = (of: readonly Cell[]) => of.flatMap(({ scenario }) => scenario.scripts.flatMap((one) => one.steps));
    expect(steps(foreign.cells)).toHaveLength(steps(cells).length);
    expect(steps(foreign.cells).filter(({ kind }) => kind === 'call')).toEqual([]);
    expect(steps(foreign.cells).filter(({ kind }) => kind === 'think')).toEqual(
      steps(cells).filter(({ kind }) => kind === 'think'),
    );
    expect(foreign.cells.map(({ id }) => id)).toEqual(cells.map(({ id }) => id));
  });

  test.each([
    [shipped('notifications'), 'publishes'],
    [shipped('payload-sizes'), 'its levels would all be the same'],
    [written('{ call: misbehave, how: never }'), 'misbehaves'],
    [written('{ call: fail }'), 'misbehaves'],
    [written('{ call: delay, wait: 1ms }'), 'waits before it answers'],
    [written('{ call: progress, steps: 3 }'), 'reports progress'],
    [written('{ call: echo }', 'stall: { at: 100ms, for: 100ms }'), 'stands still'],
  ])('what cannot be asked is refused with the reason', (cells, why) => {
    const refused = foreignCells(cells);
    expect(refused.ok ? '' : refused.why).toContain(why);
  });
});
