/** `validate`: is this a scenario, and what would it measure? */
import { expandCells } from '../scenario/cells.ts';
import { loadScenario } from '../scenario/load-scenario.ts';
import { formatDuration } from '../scenario/quantities.ts';
import { escapeUnprintable } from '../scenario/wording.ts';

export function validateCommand(nameOrPath: string): void {
  const cells = expandCells(loadScenario(nameOrPath), { quick: false });
  process.stdout.write(`${escapeUnprintable(nameOrPath)}: valid\n`);
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
