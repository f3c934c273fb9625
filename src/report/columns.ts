/** A table without lines: the first column to the left, the numbers to the right, two spaces between. */
import { displayWidth, padding, shorten, widest, wrap } from './wrap.ts';

const GAP = '  ';
/** Below this a wrapped name says nothing; numbers are cut off only where nothing else helps. */
const SHORTEST_NAME = 12;
/** Before what of a name did not fit on the line with the numbers. */
const HANG = '  ';

/** One row of a table; every row has as many cells as the first. */
export type Cells = readonly string[];

/** Lays the rows out, each as one line or, where its name is too long, as several: no line is wider than `width`. */
export function alignColumns(rows: readonly Cells[], width: number): readonly (readonly string[])[] {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_unused, index) => widest(rows.map((row) => row[index] ?? '')));
  const numbers = widths.slice(1).reduce((sum, next) => sum + next + GAP.length, 0);
  const room = Math.max(SHORTEST_NAME, width - numbers);
  const names = rows.map(([name = '']) => wrapName(name, room));
  const nameWidth = Math.min(room, widest(names.flat()));
  return rows.map((row, at) => linesOf(names[at] ?? [], row.slice(1), [nameWidth, ...widths.slice(1)], width));
}

/** The name's own indentation stays; what does not fit hangs below it. */
function wrapName(name: string, width: number): readonly string[] {
  const indent = /^ */.exec(name)?.[0] ?? '';
  const inner = Math.max(1, width - indent.length - HANG.length);
  if (displayWidth(name) <= width) return [name];
  return wrap(name, inner).map((line, index) => `${indent}${index === 0 ? '' : HANG}${line}`);
}

function linesOf(
  [name = '', ...rest]: readonly string[],
  numbers: Cells,
  [nameWidth = 0, ...widths]: readonly number[],
  width: number,
): readonly string[] {
  const right = numbers.map((text, index) => `${GAP}${padding(text, widths[index] ?? displayWidth(text))}${text}`);
  const line = `${name}${padding(name, nameWidth)}${right.join('')}`.trimEnd();
  return [shorten(line, width), ...rest.map((more) => shorten(more, width))];
}
