/** The page of a GitHub Actions job: what a step appends to the file that the variable names is shown on the run's page. */
import { appendFileSync, statSync } from 'node:fs';
import { escapeUnprintable } from '../scenario/wording.ts';

const VARIABLE = 'GITHUB_STEP_SUMMARY';
/** A step's file may be no larger, or GitHub shows none of it. */
const MOST_BYTES = 1024 * 1024;

/**
 * Appends a page of Markdown where the environment asks for one, and does nothing elsewhere: the page is made only if it is
 * wanted. That it cannot be appended is a line for `say` and no failure: what the page tells has been measured.
 */
export async function appendStepSummary(
  render: () => string | Promise<string>,
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<void> {
  const path = env[VARIABLE];
  if (path === undefined || path === '') return;
  const page = await render();
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
