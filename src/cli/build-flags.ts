/** The flags about base against head, read: which code, how it is made ready, and by what it is judged. */
import type { BuildSource } from '../builds/prepare.ts';
import { DEFAULT_PAIR_GATE } from '../gate/defaults.ts';
import type { PairGate } from '../scenario/gate.ts';
import { METRIC_NAMES, type MetricName } from '../scenario/metric.ts';
import { didYouMean } from '../scenario/nearest.ts';
import { QuantityError, parseDuration } from '../scenario/quantities.ts';
import { quote } from '../scenario/wording.ts';
import { type Nanoseconds, seconds } from '../units.ts';
import { UsageError } from './exit-code.ts';
import { readMaxRegression } from './gate-flags.ts';

export interface BuildFlags {
  /** The base first. */
  readonly sources: readonly [base: BuildSource, head: BuildSource];
  readonly setup: string | undefined;
  readonly setupLimitNs: Nanoseconds;
  /** Of the gate, what can be said before the arms are known. */
  readonly gate: Pick<PairGate, 'base' | 'head' | 'looks' | 'alpha' | 'budgetNs'>;
  /** In place of the usual ones. */
  readonly metrics: readonly MetricName[] | undefined;
  /** A share above 0. */
  readonly maxRegression: number | undefined;
}

/** Where it is wrong without two arms, and how it is written. */
const ONLY_BESIDE: Readonly<Record<string, string>> = {
  setup: '--setup',
  setupTimeout: '--setup-timeout',
  gate: '--gate',
  looks: '--looks',
  alpha: '--alpha',
  budget: '--budget',
};
const USUAL_SETUP_LIMIT = seconds(600);
const MOST_PAIRS = 1_000;
const MOST_LOOKS = 20;

/** `undefined` when no `--arm` was given. Throws a `UsageError`. */
export function readBuildFlags(
  options: Record<string, unknown>,
  isGiven: (name: string) => boolean,
): BuildFlags | undefined {
  const arms = Array.isArray(options['arm']) ? options['arm'].map(String) : [];
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  if (arms.length === 0) {
    const lonely = Object.entries(ONLY_BESIDE).find(([name]) => isGiven(name));
    if (lonely !== undefined)
      throw new UsageError(`${lonely[1]}: goes with two builds only: --arm base=<folder or git ref> --arm head=.`);
    return undefined;
  }
  if (isGiven('trials'))
    throw new UsageError('--trials: beside --arm the looks say how many pairs there are: --looks 12,20,30');
  const [base, head] = readSources(arms);
  const budget = text('budget');
  const setupTimeout = text('setupTimeout');
  const maxRegression = text('maxRegression');
  return {
    sources: [base, head],
    setup: text('setup'),
    setupLimitNs: setupTimeout === undefined ? USUAL_SETUP_LIMIT : readSetupLimit(setupTimeout),
    gate: {
      base: base.name,
      head: head.name,
      looks: readLooks(text('looks')),
      alpha: readAlpha(text('alpha')),
      ...(budget === undefined ? {} : { budgetNs: duration('--budget', budget) }),
    },
    metrics: readMetrics(text('gate')),
    maxRegression: maxRegression === undefined ? undefined : readMaxRegression(maxRegression),
  };
}

/** A name, and where its code is. */
const ARM = /^([A-Za-z][\w-]*)=([\s\S]+)$/;

/** The base is what is called so, or what is not called head; else the first. */
function readSources(words: readonly string[]): readonly [BuildSource, BuildSource] {
  const [first, second, third] = words.map(readSource);
  if (first === undefined || second === undefined || third !== undefined)
    throw new UsageError(
      `--arm: got ${words.length}, expected two: the code before, --arm base=<folder or git ref>, and the code after, --arm head=.`,
    );
  if (first.name === second.name)
    throw new UsageError(`--arm: both are named ${quote(first.name)}; name them apart: --arm base=… --arm head=…`);
  return second.name === 'base' || first.name === 'head' ? [second, first] : [first, second];
}

function readSource(text: string): BuildSource {
  const [, name, where] = ARM.exec(text) ?? [];
  if (name === undefined || where === undefined || where.includes('\0'))
    throw new UsageError(
      `--arm: got ${quote(text)}, expected a name and where its code is, such as base=main or head=.`,
    );
  return { name, where };
}

function readLooks(text: string | undefined): readonly number[] {
  if (text === undefined) return DEFAULT_PAIR_GATE.looks;
  const looks = text.split(',').map((word) => (/^\d{1,4}$/.test(word.trim()) ? Number(word) : Number.NaN));
  const isAscending = looks.every((look, at) => look > (looks[at - 1] ?? 0) && look <= MOST_PAIRS);
  if (!isAscending || looks.length > MOST_LOOKS)
    throw new UsageError(
      `--looks: got ${quote(text)}, expected up to ${MOST_LOOKS} ascending numbers of pairs from 1 to ${MOST_PAIRS}, such as 12,20,30`,
    );
  return looks;
}

function readAlpha(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PAIR_GATE.alpha;
  const alpha = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || alpha <= 0 || alpha > 0.5)
    throw new UsageError(
      `--alpha: got ${quote(text)}, expected the share of runs that may alarm falsely, above 0 and up to 0.5`,
    );
  return alpha;
}

function readMetrics(text: string | undefined): readonly MetricName[] | undefined {
  return text?.split(',').map((word) => {
    const metric = METRIC_NAMES.find((name) => name === word.trim());
    if (metric === undefined)
      throw new UsageError(
        `--gate: got ${quote(word.trim())}, expected metrics such as response-time.p50,endpoint-cpu-per-message${didYouMean(word.trim(), METRIC_NAMES)}`,
      );
    return metric;
  });
}

/** Beyond the longest, Node's timers would fire at once. */
const SETUP_LIMITS = { least: seconds(0.001), most: seconds(24 * 3_600) } as const;

function readSetupLimit(text: string): Nanoseconds {
  const limit = duration('--setup-timeout', text);
  if (limit < SETUP_LIMITS.least || limit > SETUP_LIMITS.most)
    throw new UsageError(`--setup-timeout: got ${quote(text)}, expected a time from 1ms to 24h`);
  return limit;
}

function duration(flag: string, text: string): Nanoseconds {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof QuantityError) throw new UsageError(`${flag}: ${error.message}`);
    throw error;
  }
}
