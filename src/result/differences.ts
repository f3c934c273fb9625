/** Two values as a file holds them, held against each other to the last bit: where they differ, and how much of them agrees. */
import { type Place, placeText } from '../scenario/scenario-error.ts';
import { escapeUnprintable } from '../scenario/wording.ts';

/** One thing that is not the same in both. */
export interface Difference {
  /** Where in the file, with what it is about where a list's position alone would not tell. */
  readonly what: string;
  readonly got: string;
  readonly expected: string;
}

/** What came of holding two values against each other. */
export interface Agreement {
  readonly differences: readonly Difference[];
  /** Numbers and words that are the same in both. */
  readonly agreeing: number;
}

/** What an entry of a list is about: its ids, whatever else it holds. */
const IDS = ['id', 'kind', 'name', 'cellId', 'armId', 'baseArmId', 'metric'] as const;

/**
 * Holds `got` against `expected`, both as JSON has them, so that both have forgotten the same (`-0`, `undefined`). Numbers
 * are equal when their bits are. Of lists that are not as long as each other, entries are
 * found by their ids, and one that stands on one side alone is one difference.
 */
export function compareOnFile(got: unknown, expected: unknown, place: Place): Agreement {
  const comparison = new Comparison();
  comparison.values(asOnFile(got), asOnFile(expected), { place, about: '' });
  return comparison;
}

const asOnFile = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

interface Spot {
  readonly place: Place;
  /** Of the innermost entry with ids; empty for none. */
  readonly about: string;
}

class Comparison implements Agreement {
  readonly differences: Difference[] = [];
  agreeing = 0;

  values(got: unknown, expected: unknown, spot: Spot): void {
    if (Array.isArray(got) && Array.isArray(expected)) this.#lists(got, expected, spot);
    else if (isMapping(got) && isMapping(expected)) this.#mappings(got, expected, spot);
    else if (got === expected) this.agreeing += 1;
    else this.#differ(got, expected, spot);
  }

  #mappings(got: Mapping, expected: Mapping, { place, about }: Spot): void {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(got)]))
      this.values(ownOf(got, key), ownOf(expected, key), { place: [...place, key], about });
  }

  #lists(got: readonly unknown[], expected: readonly unknown[], spot: Spot): void {
    const { partners, left } =
      got.length === expected.length ? { partners: expected, left: [] } : pairUp(got, expected);
    for (const [at, one] of got.entries()) {
      const partner = partners[at];
      this.values(one, partner, entrySpot(spot, at, partner ?? one));
    }
    for (const one of left) this.#differ(undefined, one, entrySpot(spot, expected.indexOf(one), one));
  }

  #differ(got: unknown, expected: unknown, { place, about }: Spot): void {
    const what = about === '' ? placeText(place) : `${placeText(place)} (${about})`;
    this.differences.push({ what, got: valueText(got), expected: valueText(expected) });
  }
}

type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Not what every object inherits. */
const ownOf = (mapping: Mapping, key: string): unknown => (Object.hasOwn(mapping, key) ? mapping[key] : undefined);

interface Paired {
  /** For each entry its partner; `undefined` where it has none. */
  readonly partners: readonly unknown[];
  /** Those of the others that are nobody's partner. */
  readonly left: readonly unknown[];
}

/** For each entry the first of the others with the same ids that no entry before it has taken. */
function pairUp(entries: readonly unknown[], others: readonly unknown[]): Paired {
  const free = new Map<string, unknown[]>();
  for (const other of others) free.set(aboutOf(other), [...(free.get(aboutOf(other)) ?? []), other]);
  const partners = entries.map((entry) => free.get(aboutOf(entry))?.shift());
  return { partners, left: [...free.values()].flat() };
}

const entrySpot = ({ place, about }: Spot, at: number, entry: unknown): Spot => ({
  place: [...place, at],
  about: isMapping(entry) ? aboutOf(entry) : about,
});

/** `tool-calls, sse, rate`. Anything else than a mapping with ids is about itself. */
function aboutOf(entry: unknown): string {
  if (!isMapping(entry)) return escapeUnprintable(String(entry));
  return IDS.flatMap((key) => (typeof entry[key] === 'string' ? escapeUnprintable(entry[key]) : [])).join(', ');
}

/** Numbers with every digit that tells them apart from their neighbours; texts whole, since only their end may differ. */
function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  return escapeUnprintable(JSON.stringify(value));
}
