/** Scenarios as they are asked of somebody else's server, which has none of the bench's tools and does nothing on demand. */
import type { Cell, Extent, Scenario, Step } from './scenario.ts';

/** What `run` measures of somebody else's server when nobody says otherwise. */
export const FOREIGN_SUITE = ['tool-calls', 'chatty', 'chatty-paced'] as const;

export type ForeignCells =
  | { readonly ok: true; readonly cells: readonly Cell[] }
  | { readonly ok: false; readonly why: string };

/** The cells with every call in them a call of the target's tool; `why` is one sentence for a scenario that cannot be asked. */
export function foreignCells(cells: readonly Cell[]): ForeignCells {
  for (const { scenario } of cells) {
    const wants = wantsOf(scenario);
    if (wants !== undefined)
      return {
        ok: false,
        why: `scenario "${scenario.name}" needs an endpoint that ${wants}, which somebody else's server does not do on demand`,
      };
  }
  const foreign = cells.map((cell) => ({ ...cell, scenario: foreignScenario(cell.scenario) }));
  const same = foreign.find((cell, index) => foreign.findIndex((other) => isSame(cell, other)) !== index);
  if (same === undefined) return { ok: true, cells: foreign };
  const { name } = same.scenario;
  return {
    ok: false,
    why: `scenario "${name}" varies what its calls carry, and the arguments of somebody else's tool are those of --args: its levels would all be the same`,
  };
}

const isSame = (one: Cell, other: Cell): boolean => JSON.stringify(one.scenario) === JSON.stringify(other.scenario);

/** What the scenario expects of its endpoint beside answers; `undefined` for nothing. */
function wantsOf({ publish, stall, scripts }: Scenario): string | undefined {
  if (publish.length > 0) return 'publishes';
  if (stall !== undefined) return 'stands still';
  return scripts.flatMap(({ steps }) => steps.map(wantOf)).find((want) => want !== undefined);
}

function wantOf(step: Step): string | undefined {
  if (step.kind === 'wait') return 'publishes';
  if (step.kind !== 'call') return undefined;
  switch (step.tool) {
    case 'delay':
      return 'waits before it answers';
    case 'progress':
      return 'reports progress';
    case 'fail':
    case 'misbehave':
      return 'misbehaves';
    default:
      return undefined;
  }
}

const foreignScenario = (scenario: Scenario): Scenario => ({
  ...scenario,
  warmup: inTime(scenario.warmup),
  scripts: scenario.scripts.map((script) => ({
    ...script,
    steps: script.steps.map((step) => (step.kind === 'call' ? { kind: 'foreign-call' } : step)),
  })),
});

/** A warm-up that waits for its time and for calls would wait for a slow server without end. */
const inTime = ({ timeNs, calls }: Extent): Extent => ({ timeNs, calls: timeNs === undefined ? calls : undefined });
