/** A page that must not grow beyond what the place it is shown in takes: what matters most stays, whole parts are left out, and the page says so. */

/** Something on a page that can be left out without the rest losing its sense. */
export interface Part {
  readonly text: string;
  /** 0 is always there; of the others the lower comes first when room is short. */
  readonly rank: number;
}

/** Between two parts. */
const GAP = '\n\n';

/** Paragraphs, tables and lists as one part; empty ones vanish. */
export const partOf = (rank: number, blocks: readonly (readonly string[])[]): Part => ({
  rank,
  text: blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join(GAP),
});

export interface PageOptions {
  /** Characters, as JavaScript counts them. What always stays must fit in by itself. */
  readonly limit: number;
  /** Stands before the last part where something is left out. */
  readonly leftOut: (count: number, all: number) => string;
}

/** The parts in their order, one line end behind the last, with as many of them left out as need be. */
export function pageOf(parts: readonly Part[], { limit, leftOut }: PageOptions): string {
  const present = parts.filter(({ text }) => text !== '');
  const whole = textOf(present);
  if (whole.length <= limit) return whole;
  const sentence = leftOut(present.length, present.length);
  const kept = keptWithin(present, limit - sentence.length - GAP.length);
  const shown = present.filter((part) => kept.has(part));
  return textOf([
    ...shown.slice(0, -1),
    { rank: 0, text: leftOut(present.length - shown.length, present.length) },
    ...shown.slice(-1),
  ]);
}

const textOf = (parts: readonly Part[]): string => `${parts.map(({ text }) => text).join(GAP)}\n`;

/** By rank, then in order; one that is too long makes room for shorter ones behind it. */
function keptWithin(parts: readonly Part[], limit: number): ReadonlySet<Part> {
  const kept = new Set<Part>();
  let used = 0;
  for (const part of parts.toSorted((a, b) => a.rank - b.rank)) {
    const needed = part.text.length + GAP.length;
    if (part.rank > 0 && used + needed > limit) continue;
    kept.add(part);
    used += needed;
  }
  return kept;
}
