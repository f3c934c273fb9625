/** Puts `undefined` back where a file has an absent key, or in a list `null`. Everything else stays as it is and where it is. */
import type { WithoutUnits } from './on-file.ts';
import type { RunRecord } from './record.ts';
import type { RecordOnFile } from './record-schema.ts';

type PlanOnFile = RecordOnFile['plan'];
type ScenarioOnFile = PlanOnFile['cells'][number]['scenario'];
type StepOnFile = ScenarioOnFile['scripts'][number]['steps'][number];
type FactsOnFile = RecordOnFile['matching']['facts'][number];
type ExtentOnFile = PlanOnFile['processWarmup'];

/** From what a file holds to what the program works with: this is where its numbers get their units. */
export function restoreRecord(file: RecordOnFile): RunRecord {
  const { plan, matching } = file;
  const restored: WithoutUnits<RunRecord> = {
    ...file,
    plan: {
      ...plan,
      processWarmup: restoreExtent(plan.processWarmup),
      cells: plan.cells.map((cell) => ({ ...cell, scenario: restoreScenario(cell.scenario) })),
    },
    matching: { ...matching, facts: matching.facts.map(restoreFacts) },
  };
  return restored as unknown as RunRecord;
}

const restoreScenario = (scenario: ScenarioOnFile) => ({
  ...scenario,
  scripts: scenario.scripts.map((script) => ({ ...script, steps: script.steps.map(restoreStep) })),
  warmup: restoreExtent(scenario.warmup),
  window: restoreExtent(scenario.window),
  stall: scenario.stall,
});

const restoreStep = (step: StepOnFile) => (step.kind === 'call' ? { ...step, misbehaviour: step.misbehaviour } : step);

const restoreExtent = (extent: ExtentOnFile) => ({ ...extent, timeNs: extent.timeNs, calls: extent.calls });

const restoreFacts = (facts: FactsOnFile) => ({
  ...facts,
  noDelay: facts.noDelay.map((on) => on ?? undefined),
  httpVersion: facts.httpVersion,
  http2Windows: facts.http2Windows,
  keepAliveMs: facts.keepAliveMs,
  heartbeatMs: facts.heartbeatMs,
});
