/** A table without lines: the first column to the left, the numbers to the right, two spaces between. */
import { displayWidth, padding, shorten, widest } from './wrap.ts';

const GAP = '  ';
/** Below this a shortened name says nothing; numbers are cut off only where nothing else helps. */
const SHORTEST_NAME = 4;

/** One line of a table; every line has as many cells as the first. */
export type Cells = readonly string[];

/** Lays the rows out, names shortened so that no line is wider than `width`. */
export function alignColumns(rows: readonly Cells[], width: number): readonly string[] {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_unused, index) => widest(rows.map((row) => row[index] ?? '')));
  const numbers = widths.slice(1).reduce((sum, next) => sum + next + GAP.length, 0);
  const nameWidth = Math.max(SHORTEST_NAME, Math.min(widths[0] ?? 0, width - numbers));
  return rows.map((row) => shorten(lineOf(row, [nameWidth, ...widths.slice(1)]), width));
}

function lineOf([name = '', ...numbers]: Cells, [nameWidth = 0, ...widths]: readonly number[]): string {
  const short = shorten(name, nameWidth);
  const right = numbers.map((text, index) => `${GAP}${padding(text, widths[index] ?? displayWidth(text))}${text}`);
  return `${short}${padding(short, nameWidth)}${right.join('')}`.trimEnd();
}
