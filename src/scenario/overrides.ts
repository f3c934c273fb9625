/** What the command line says in place of a scenario file. */
import { type Bytes, bytes, type Nanoseconds, nanoseconds, type PerSecond, perSecond } from '../units.ts';
import type { Axis, Level, ScenarioDraft, Setting } from './draft.ts';
import { MAX_CALLS, MAX_CLIENTS, MAX_DURATION, MAX_RATE } from './fields.ts';
import { DEFAULT_OPEN_IN_FLIGHT } from './load-schema.ts';
import { formatDuration, formatRate, formatSize, parseDuration } from './quantities.ts';
import { ScenarioError } from './scenario-error.ts';
import { applySetting, unfitReason } from './settings.ts';
import { MIN_TEXT_BYTES } from './step-schema.ts';
import { MAX_TEXT_BYTES } from './template.ts';

/** What is absent stays as the scenario says. */
export interface Overrides {
  /** `--clients` */
  readonly clients?: number | undefined;
  /** `--rate`: of the load; a closed loop becomes an open one with Poisson arrivals. */
  readonly ratePerSec?: PerSecond | undefined;
  /** `--duration`: the window's only end, unless `windowCalls` stands beside it; then it ends with the first. */
  readonly windowTimeNs?: Nanoseconds | undefined;
  /** `--calls`: the window's only end, unless `windowTimeNs` stands beside it. */
  readonly windowCalls?: number | undefined;
  /** `--warmup`: this long, whatever number of calls the scenario wanted. */
  readonly warmupTimeNs?: Nanoseconds | undefined;
  /** `--payload` */
  readonly payloadBytes?: Bytes | undefined;
}

/** A flag, and which values of it make sense for any scenario. */
interface Flag {
  readonly name: string;
  readonly fits: (value: number) => boolean;
  readonly expected: string;
  /** Only for values that are whole and not negative. */
  readonly format: (value: number) => string;
}

const LONGEST = parseDuration(MAX_DURATION);

const wholeFrom =
  (least: number, most: number) =>
  (value: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;

const FLAGS: Readonly<Record<keyof Overrides, Flag>> = {
  clients: {
    name: '--clients',
    fits: wholeFrom(1, MAX_CLIENTS),
    expected: `a whole number from 1 to ${MAX_CLIENTS}`,
    format: String,
  },
  ratePerSec: {
    name: '--rate',
    fits: (value) => value > 0 && value <= MAX_RATE,
    expected: `a rate above 0 and at most ${formatRate(MAX_RATE)}`,
    format: (value) => formatRate(perSecond(value)),
  },
  windowTimeNs: {
    name: '--duration',
    fits: wholeFrom(parseDuration('1ms'), LONGEST),
    expected: `a time from 1ms to ${MAX_DURATION}`,
    format: (value) => formatDuration(nanoseconds(value)),
  },
  windowCalls: {
    name: '--calls',
    fits: wholeFrom(1, MAX_CALLS),
    expected: `a whole number from 1 to ${MAX_CALLS}`,
    format: String,
  },
  warmupTimeNs: {
    name: '--warmup',
    fits: wholeFrom(0, LONGEST),
    expected: `a time from 0ms to ${MAX_DURATION}`,
    format: (value) => formatDuration(nanoseconds(value)),
  },
  payloadBytes: {
    name: '--payload',
    fits: wholeFrom(MIN_TEXT_BYTES, MAX_TEXT_BYTES),
    expected: `a size from ${formatSize(MIN_TEXT_BYTES)} to ${formatSize(MAX_TEXT_BYTES)}`,
    format: (value) => formatSize(bytes(value)),
  },
};

/** The flags as they might have been typed: `--clients 2 --rate 200/s`. */
export function flagsText(overrides: Overrides): string {
  return given(overrides)
    .map(({ flag, value }) => `${flag.name} ${show(flag, value)}`)
    .join(' ');
}

/**
 * The scenario with the flags in place of what it says; what it varied along the same axis, it varies no more.
 * Throws a {@link ScenarioError} naming each flag that has an impossible value or cannot apply to this scenario.
 */
export function applyOverrides(draft: ScenarioDraft, overrides: Overrides): ScenarioDraft {
  const absurd = given(overrides).filter(({ flag, value }) => !flag.fits(value));
  if (absurd.length > 0) {
    throw new ScenarioError(
      absurd.map(({ flag, value }) => `${flag.name}: got ${show(flag, value)}, expected ${flag.expected}`),
    );
  }
  const opened = overrides.ratePerSec === undefined ? draft : openedLoop(draft, overrides.ratePerSec);
  const settings = settingsOf(overrides);
  refuseUnfit(opened, settings);
  return withPhases(settings.reduce(override, opened), overrides);
}

interface Given {
  readonly flag: Flag;
  readonly value: number;
}

function given(overrides: Overrides): Given[] {
  return Object.entries(FLAGS).flatMap(([key, flag]) => {
    const value = overrides[key as keyof Overrides];
    return value === undefined ? [] : [{ flag, value }];
  });
}

const show = (flag: Flag, value: number): string =>
  Number.isFinite(value) && value >= 0 && (flag === FLAGS.ratePerSec || Number.isInteger(value))
    ? flag.format(value)
    : String(value);

type FlagSetting = Setting & { readonly flag: string };

function settingsOf({ clients, ratePerSec, payloadBytes }: Overrides): FlagSetting[] {
  const settings: FlagSetting[] = [];
  if (clients !== undefined) settings.push({ axis: 'clients', clients, flag: FLAGS.clients.name });
  if (ratePerSec !== undefined) settings.push({ axis: 'rate', ratePerSec, flag: FLAGS.ratePerSec.name });
  if (payloadBytes !== undefined) settings.push({ axis: 'payload', payloadBytes, flag: FLAGS.payloadBytes.name });
  return settings;
}

function refuseUnfit(draft: ScenarioDraft, settings: readonly FlagSetting[]): void {
  const problems = settings.flatMap(({ axis, flag }) => {
    const reason = unfitReason(draft, axis);
    return reason === undefined ? [] : [`${flag}: cannot apply to scenario "${draft.name}": ${reason}`];
  });
  if (problems.length > 0) throw new ScenarioError(problems);
}

function override(draft: ScenarioDraft, setting: FlagSetting): ScenarioDraft {
  const { flag: _flag, ...plain } = setting;
  return withLevels(applySetting(draft, plain), plain.axis, [plain]);
}

/** Levels that set this axis set it so instead; those that have become the same are one. */
function withLevels(draft: ScenarioDraft, axis: Axis, instead: readonly Setting[]): ScenarioDraft {
  const { vary } = draft;
  if (vary === undefined) return draft;
  const levels = vary.levels.map((level): Level => {
    const settings = level.settings.flatMap((one) => (one.axis === axis ? instead : [one]));
    return { ...level, settings };
  });
  const textOf = ({ settings }: Level): string => JSON.stringify(settings);
  const texts = levels.map(textOf);
  return { ...draft, vary: { ...vary, levels: levels.filter((level, at) => texts.indexOf(textOf(level)) === at) } };
}

function openedLoop(draft: ScenarioDraft, ratePerSec: PerSecond): ScenarioDraft {
  if (draft.load.kind !== 'closed') return draft;
  return { ...draft, load: { kind: 'open', arrivals: 'poisson', ratePerSec, maxInFlight: DEFAULT_OPEN_IN_FLIGHT } };
}

function withPhases(draft: ScenarioDraft, { windowTimeNs, windowCalls, warmupTimeNs }: Overrides): ScenarioDraft {
  const isWindowSet = windowTimeNs !== undefined || windowCalls !== undefined;
  return {
    ...(isWindowSet ? withLevels(draft, 'window', []) : draft),
    window: isWindowSet ? { timeNs: windowTimeNs, calls: windowCalls } : draft.window,
    warmup: warmupTimeNs === undefined ? draft.warmup : { timeNs: warmupTimeNs, calls: undefined },
  };
}
