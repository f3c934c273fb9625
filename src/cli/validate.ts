/** `validate`: is this a scenario, and what would it measure? */
import { expandCells } from '../scenario/cells.ts';
import { loadScenario } from '../scenario/load-scenario.ts';
import { formatDuration } from '../scenario/quantities.ts';
import type { FileThreshold } from '../scenario/draft.ts';
import type { Cell } from '../scenario/scenario.ts';
import type { StudyDraft } from '../scenario/study-schema.ts';
import { escapeUnprintable } from '../scenario/wording.ts';

export function validateCommand(nameOrPath: string): void {
  const file = loadScenario(nameOrPath);
  process.stdout.write(`${escapeUnprintable(nameOrPath)}: valid\n`);
  if (file.kind === 'study') showStudy(file.draft);
  else {
    showCells(expandCells(file, { quick: false }));
    showThresholds(file.thresholds);
  }
}

function showStudy({ name, study, repeats, arms }: StudyDraft): void {
  const over = arms.length === 0 ? '' : `, over ${arms.map(escapeUnprintable).join(', ')}`;
  process.stdout.write(
    `  ${name}: the study ${study}, every subject ${repeats === 1 ? 'once' : `${repeats} times`}${over}\n`,
  );
}

function showThresholds(thresholds: readonly FileThreshold[]): void {
  for (const { words } of thresholds) process.stdout.write(`  judged by: ${escapeUnprintable(words.text)}\n`);
}

function showCells(cells: readonly Cell[]): void {
  for (const { id, scenario } of cells) {
    const { timeNs, calls } = scenario.window;
    const extent = [timeNs === undefined ? [] : formatDuration(timeNs), calls === undefined ? [] : `${calls} calls`]
      .flat()
      .join(' or ');
    process.stdout.write(
      `  ${escapeUnprintable(id)}: ${scenario.clients} client${scenario.clients === 1 ? '' : 's'}, ${extent} measured per trial\n`,
    );
  }
}
