/** Runs scenarios through the built program, as `run` does, without its command line. */
import { monotonicClock } from '#dist/measure/clock.js';
import type { RunRecord } from '#dist/result/record.js';
import { expandCells } from '#dist/scenario/cells.js';
import { parseScenario } from '#dist/scenario/parse-scenario.js';
import { planTrials } from '#dist/scenario/plan.js';
import { loadTransport } from '#dist/transports/discover.js';
import { runPlan } from '#dist/trial/run-plan.js';
import { milliseconds, seconds } from '#dist/units.js';
import { armsOf } from './arms.js';

export interface MeasureOptions {
  /** Words for arms; one that stands twice is compared with itself. */
  readonly arms: readonly string[];
  /** YAML. */
  readonly scenario: string;
  readonly trials: number;
  readonly seed: number;
  /** Whether every driver is run against a mirror first. */
  readonly ceiling?: boolean;
}

export async function measure({
  arms: words,
  scenario,
  trials,
  seed,
  ceiling = false,
}: MeasureOptions): Promise<RunRecord> {
  const arms = await armsOf(words);
  const cells = expandCells(parseScenario(scenario, 'bench'), { quick: false });
  const processWarmup = { timeNs: milliseconds(800), calls: 1_000 };
  return runPlan({
    plan: {
      ...planTrials({ seed, quick: false, blocks: trials, arms, cells, processWarmup }),
      ...(ceiling ? { ceiling } : {}),
    },
    version: 'bench',
    asked: [],
    unsupported: [],
    clock: monotonicClock(),
    loadTransport,
    readyTimeoutNs: seconds(10),
    signal: new AbortController().signal,
    timestamp: () => new Date().toISOString(),
    progress: {
      onProbe: () => undefined,
      onCell: () => undefined,
      onTrial: () => undefined,
      onAgain: () => undefined,
      onStep: () => undefined,
    },
    save: () => undefined,
  });
}
