/** The page of a GitHub Actions job: what a step appends to the file that the variable names is shown on the run's page. */
import { appendFileSync, statSync } from 'node:fs';
import { loadFormat } from '../report/discover.ts';
import { reportOf } from '../report/report-of.ts';
import type { RunRecord } from '../result/record.ts';
import { escapeUnprintable } from '../scenario/wording.ts';

const VARIABLE = 'GITHUB_STEP_SUMMARY';
/** A step's file may be no larger, or GitHub shows none of it. */
const MOST_BYTES = 1024 * 1024;

/**
 * Appends the run's Markdown where the environment asks for it, and does nothing elsewhere. That it cannot be appended is
 * a line for `say` and no failure: the run has been measured.
 */
export async function appendStepSummary(
  record: RunRecord,
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<void> {
  const path = env[VARIABLE];
  if (path === undefined || path === '') return;
  const page = (await loadFormat('markdown')).render(reportOf(record));
  try {
    // What other programs of the step have written stays, and keeps its distance.
    const before = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const text = before === 0 ? page : `\n\n${page}`;
    const after = before + Buffer.byteLength(text);
    if (after > MOST_BYTES) throw new Error(`with this page it would have ${after} bytes, and may have ${MOST_BYTES}`);
    appendFileSync(path, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(`nothing was appended to ${VARIABLE}: ${escapeUnprintable(why)}`);
  }
}
