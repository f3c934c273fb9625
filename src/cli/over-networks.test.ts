import { describe, expect, it } from 'vitest';
import { scenarioOf } from '../../test/fixtures/cells.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Cell } from '../scenario/scenario.ts';
import { defaultVariant } from '../scenario/variant.ts';
import { leftOut, widenArms } from './over-networks.ts';

const WIDER = { networks: ['lan', 'wan'], scenarios: ['tool-calls'] } as const;

describe('widenArms', () => {
  it('keeps every arm as it is and adds all of them over each network', () => {
    const arms = [
      { transport: 'sse', axes: {} },
      { transport: 'websocket', axes: { tls: true } },
    ];
    expect(widenArms(arms, WIDER)).toEqual([
      ...arms,
      { transport: 'sse', axes: { network: 'lan' } },
      { transport: 'websocket', axes: { tls: true, network: 'lan' } },
      { transport: 'sse', axes: { network: 'wan' } },
      { transport: 'websocket', axes: { tls: true, network: 'wan' } },
    ]);
  });

  it('leaves arms alone where the suite names no network, and where all arms are asked for', () => {
    const arms = [{ transport: 'sse', axes: {} }];
    expect(widenArms(arms, undefined)).toEqual(arms);
    expect(widenArms('all', WIDER)).toBe('all');
  });
});

describe('leftOut', () => {
  const arm = (id: string, network: 'lo' | 'wan'): Arm => ({
    id,
    title: id,
    variant: { ...defaultVariant('sse'), network },
  });
  const cell = (name: string, level: string): Cell => ({
    id: `${name}[${level}]`,
    level,
    scenario: scenarioOf({ name }),
  });
  const arms = [arm('sse', 'lo'), arm('sse+wan', 'wan')];
  const cells = [cell('tool-calls', 'a'), cell('tool-calls', 'b'), cell('chatty', 'a')];

  it('takes arms over a network out of all cells but those of the named scenarios', () => {
    expect(leftOut(arms, cells, WIDER)).toEqual([{ armId: 'sse+wan', cellId: 'chatty[a]' }]);
  });

  it('is nothing where the suite names no network', () => {
    expect(leftOut(arms, cells, undefined)).toEqual([]);
  });
});
