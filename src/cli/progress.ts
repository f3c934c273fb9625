/** What is happening, on stderr: a live line on a terminal, plain lines elsewhere. */
import { disturbanceText } from '../report/disturbance-text.ts';
import { attemptOf } from '../result/attempts.ts';
import type { TrialResult } from '../result/record.ts';
import type { Plan, PlannedTrial } from '../scenario/plan.ts';
import type { PlannedStep } from '../scenario/study.ts';
import { escapeUnprintable } from '../scenario/wording.ts';
import type { Progress } from '../trial/run-plan.ts';

const NARROW = 79;

export interface Terminal {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** `elapsedSeconds` since the run began. */
export function progressOn(terminal: Terminal, plan: Plan, elapsedSeconds: () => number): Progress & { end(): void } {
  const live = terminal.isTTY === true;
  let finished = 0;
  const show = (text: string): void => {
    if (live) terminal.write(`\r${text.slice(0, NARROW).padEnd(NARROW)}`);
  };
  const line = (text: string): void => {
    terminal.write(live ? `\r${''.padEnd(NARROW)}\r${text}\n` : `${text}\n`);
  };
  return {
    onAgain: (disturbance) =>
      line(`block ${disturbance.block + 1} was disturbed (${disturbanceText(disturbance)}) and is measured again`),
    onProbe: (arm) => show(`looking at ${arm.id} …`),
    onCell: (trial, cell) =>
      show(
        `${count(trial, plan)} · ${trial.armId} · ${escapeUnprintable(cell.id)}${remaining(finished, plan, elapsedSeconds())}`,
      ),
    onTrial: (trial, result) => {
      const again = attemptOf(result) > 0;
      if (!again) finished += 1;
      if (!live || result.status === 'failed')
        line(`${count(trial, plan)}${again ? ', again' : ''} · ${trial.armId} · ${outcome(result)}`);
    },
    onStep: (study, step) => {
      const text = `${study.name} · step ${step.index + 1} of ${study.steps.length} · ${subjectText(step)}`;
      if (live) show(text);
      else if (step.index === 0) line(`${study.name} · ${study.steps.length} steps`);
    },
    end: () => {
      if (live) terminal.write(`\r${''.padEnd(NARROW)}\r`);
    },
  };
}

const subjectText = ({ subject }: PlannedStep): string => escapeUnprintable(Object.values(subject).join(', '));

const count = (trial: PlannedTrial, plan: Plan): string => `trial ${trial.index + 1} of ${plan.trials.length}`;

function outcome(result: TrialResult): string {
  return result.status === 'completed' ? 'done' : `failed: ${escapeUnprintable(result.error)}`;
}

function remaining(finished: number, plan: Plan, elapsed: number): string {
  if (finished === 0) return '';
  return ` · about ${Math.ceil((elapsed / finished) * (plan.trials.length - finished))} s left`;
}
