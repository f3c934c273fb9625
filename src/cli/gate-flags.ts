/** What the command line asks of a run beyond its numbers, read. */
import { parseMetricValue } from '../scenario/metric-quantity.ts';
import { didYouMean } from '../scenario/nearest.ts';
import { QuantityError } from '../scenario/quantities.ts';
import { parseThreshold, ThresholdError, type ThresholdWords } from '../scenario/threshold.ts';
import { quote } from '../scenario/wording.ts';
import { UsageError } from './exit-code.ts';

/** What an undecided verdict is to end as, in place of an exit code of its own. */
export const INCONCLUSIVE_CHOICES = ['pass', 'fail'] as const;
export type InconclusiveChoice = (typeof INCONCLUSIVE_CHOICES)[number];

export interface GateFlags {
  readonly thresholds: readonly ThresholdWords[];
  /** Name or path of an earlier record. */
  readonly baseline: string | undefined;
  /** Share by which a metric may be worse than there; the usual one where nobody said. */
  readonly maxRegression: number;
  /** The name by which this run's record is kept. */
  readonly saveBaseline: string | undefined;
  /** Whether the control workload is measured: asked for, or needed. */
  readonly control: boolean;
  readonly inconclusive: InconclusiveChoice | undefined;
}

const USUAL_MAX_REGRESSION = 0.05;

/** Throws a UsageError that names the flag. */
export function readGateFlags(options: Record<string, unknown>): GateFlags {
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const [baseline, saveBaseline, maxRegression] = [text('baseline'), text('saveBaseline'), text('maxRegression')];
  if (maxRegression !== undefined && baseline === undefined && options['arm'] === undefined) {
    throw new UsageError(
      `--max-regression: got ${quote(maxRegression)}, expected --baseline or two --arm beside it: there is nothing to be worse than`,
    );
  }
  return {
    thresholds: readThresholds(options['threshold'] as readonly string[] | undefined),
    baseline,
    maxRegression: maxRegression === undefined ? USUAL_MAX_REGRESSION : readMaxRegression(maxRegression),
    saveBaseline: saveBaseline === undefined ? undefined : readBaselineName(saveBaseline),
    control: options['control'] === true || baseline !== undefined || saveBaseline !== undefined,
    inconclusive: readInconclusive(text('inconclusive')),
  };
}

/** `--threshold`, each time it was given; what the words name is not looked at. */
export const readThresholds = (texts: readonly string[] | undefined): readonly ThresholdWords[] =>
  (texts ?? []).map((text) => {
    try {
      return parseThreshold(text);
    } catch (error) {
      if (error instanceof ThresholdError) throw new UsageError(`--threshold: ${error.message}`);
      throw error;
    }
  });

/** A share above 0 and at most 1. */
export function readMaxRegression(text: string): number {
  // Without a sign it is a part of one, which whoever writes 5 hardly means.
  if (/^\d{1,3}(?:\.\d{1,9})?$/.test(text) && Number(text) > 1 && Number(text) <= 100) {
    const percent = Number((Number(text) * 100).toPrecision(12));
    throw new UsageError(
      `--max-regression: got ${quote(text)}, which is ${percent}%, expected a share of at most 100%; did you mean "${text}%"?`,
    );
  }
  try {
    const share = parseMetricValue(text, 'share');
    if (share > 0) return share;
    throw new QuantityError(text, 'a share above 0, like 5%');
  } catch (error) {
    if (error instanceof QuantityError) throw new UsageError(`--max-regression: ${error.message}`);
    throw error;
  }
}

export function readInconclusive(text: string | undefined): InconclusiveChoice | undefined {
  if (text === undefined) return undefined;
  const found = INCONCLUSIVE_CHOICES.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `--inconclusive: got ${quote(text)}, expected pass or fail${didYouMean(text, INCONCLUSIVE_CHOICES)}`,
  );
}

/** It becomes a file's name, on any system. */
const BASELINE_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!$|\.)){0,63}$/;

function readBaselineName(text: string): string {
  if (BASELINE_NAME.test(text) && !text.endsWith('.json')) return text;
  throw new UsageError(
    `--save-baseline: got ${quote(text)}, expected a name of at most 64 letters, digits, dots, hyphens and underscores; it is kept in results/baselines`,
  );
}
