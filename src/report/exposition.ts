/** Prometheus' text exposition format, version 0.0.4: families of samples, every text in them escaped. */
import { forTerminal } from './escape.ts';
import { groupBy } from './group-by.ts';

/** A value by labels. Names of labels begin with a letter and hold letters, digits and underscores. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples of one name and one meaning. */
export interface Family {
  /** Letters, digits and underscores; the last word is the base unit. */
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Every family once, as gauges, without timestamps: whoever reads it knows when. Families without samples are left out. */
export function expositionText(families: readonly Family[]): string {
  return [...groupBy(families, ({ name }) => name)].map(([name, group]) => familyText(name, group)).join('');
}

/** Families of one name are one, and of samples with the same labels the first stands: a reader refuses the whole text otherwise. */
function familyText(name: string, group: readonly Family[]): string {
  const lines = new Map<string, string>();
  for (const { labels, value } of group.flatMap(({ samples }) => samples)) {
    const series = `${name}${labelsText(labels)}`;
    if (!lines.has(series)) lines.set(series, `${series} ${numberText(value)}`);
  }
  if (lines.size === 0) return '';
  const help = forTerminal(group[0]?.help ?? '').replaceAll('\\', String.raw`\\`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines.values(), ''].join('\n');
}

/** A label without a value is no label. */
function labelsText(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).filter(([, value]) => value !== '');
  return pairs.length === 0 ? '' : `{${pairs.map(([key, value]) => `${key}="${labelValue(value)}"`).join(',')}}`;
}

const labelValue = (text: string): string =>
  forTerminal(text)
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`);

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
