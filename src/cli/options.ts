/** Flags as text → values, or one clear message that names the flag. */
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Overrides } from '../scenario/overrides.ts';
import { MAX_CALLS, MAX_CLIENTS } from '../scenario/fields.ts';
import { didYouMean } from '../scenario/nearest.ts';
import { QuantityError, parseDuration, parseRate, parseSize } from '../scenario/quantities.ts';
import { type ArmWord, readArmWord } from '../scenario/arm-word.ts';
import { type KneeLimit, parseKneeLimit } from '../scenario/knee-limit.ts';
import { NETWORK_PROFILES } from '../scenario/network.ts';
import { PACINGS, type Pacing } from '../scenario/pacing.ts';
import { A_PLACEMENT, parsePlacement, type PlacementChoice } from '../scenario/placement-choice.ts';
import {
  CLIENT_STACKS,
  COMPRESSIONS,
  HTTP_VERSIONS,
  PROTOCOL_REVISIONS,
  REPLY_MODES,
  type Variant,
} from '../scenario/variant.ts';
import { quote } from '../scenario/wording.ts';
import { type Nanoseconds } from '../units.ts';
import { UsageError } from './exit-code.ts';

/** The `run` command's flags, read. */
export interface RunFlags {
  readonly arms: readonly ArmWord[] | 'all';
  /** What was said for every arm whose own word does not say otherwise. */
  readonly axes: Partial<Variant>;
  readonly overrides: Overrides;
  readonly trials: number;
  /** How many blocks may be measured again; `undefined` where nothing was said. */
  readonly reruns: number | undefined;
  readonly seed: number | undefined;
  readonly quick: boolean;
  /** Whether drivers are run against a mirror first; without it where a scenario that wants it is named. */
  readonly ceiling: boolean;
  /** By what calendars are kept, whatever scenario files say. */
  readonly pacing: Pacing | undefined;
  /** Where processes are to run. */
  readonly placement: PlacementChoice | undefined;
  /** How many drivers share the load, a probe beside them. */
  readonly drivers: number | undefined;
  /** Under which limit a rate counts as sustained, whatever scenario files say. */
  readonly limit: KneeLimit | undefined;
  readonly readyTimeoutNs: Nanoseconds;
  /** Path of the browser that studies are to use. */
  readonly browser: string | undefined;
  readonly output: string | undefined;
  readonly formats: readonly string[] | undefined;
  readonly summary: boolean;
}

const MAX_TRIALS = 1_000;
/** Each is a process. */
const MAX_DRIVERS = 64;
/** Beyond the longest, Node's timers would fire at once. */
const READY_TIMEOUT = { least: '1ms', most: '1h' } as const;
const MAX_SEED = 2 ** 32 - 1;

export function readRunFlags(options: Record<string, unknown>, transportNames: readonly string[]): RunFlags {
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const overrides: Overrides = {
    clients: given(text('clients'), (value) => wholeNumber('--clients', value, 1, MAX_CLIENTS)),
    ratePerSec: given(text('rate'), (value) => quantity('--rate', value, parseRate)),
    windowTimeNs: given(text('duration'), (value) => quantity('--duration', value, parseDuration)),
    windowCalls: given(text('calls'), (value) => wholeNumber('--calls', value, 1, MAX_CALLS)),
    warmupTimeNs: given(text('warmup'), (value) => quantity('--warmup', value, parseDuration)),
    payloadBytes: given(text('payload'), (value) => quantity('--payload', value, parseSize)),
  };
  return {
    arms: readArms(text('transport') ?? '', transportNames),
    axes: readAxes(text, options['tls'] === true),
    overrides: present(overrides),
    trials: wholeNumber('--trials', text('trials') ?? '', 1, MAX_TRIALS),
    reruns: given(text('reruns'), (value) => wholeNumber('--reruns', value, 0, MAX_TRIALS)),
    seed: given(text('seed'), (value) => wholeNumber('--seed', value, 0, MAX_SEED)),
    quick: options['quick'] === true,
    ceiling: options['ceiling'] === true,
    pacing: given(text('pacing'), (value) => oneOf('--pacing', value, PACINGS)),
    placement: given(text('placement'), readPlacement),
    drivers: given(text('drivers'), (value) => wholeNumber('--drivers', value, 1, MAX_DRIVERS)),
    limit: given(text('limit'), (value) => quantity('--limit', value, parseKneeLimit)),
    readyTimeoutNs: quantity('--ready-timeout', text('readyTimeout') ?? '', readReadyTimeout),
    browser: given(text('browser'), (value) => programPath('--browser', value)),
    output: text('output'),
    formats: options['format'] as readonly string[] | undefined,
    summary: options['summary'] === true,
  };
}

const given = <T>(value: string | undefined, read: (value: string) => T): T | undefined =>
  value === undefined ? undefined : read(value);

/** Throws a `UsageError` that names the flag. */
export function wholeNumber(flag: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) {
    throw new UsageError(`${flag}: got ${quote(value)}, expected a whole number from ${least} to ${most}`);
  }
  return number;
}

function readPlacement(value: string): PlacementChoice {
  const found = parsePlacement(value);
  if (found === undefined) throw new UsageError(`--placement: got ${quote(value)}, expected ${A_PLACEMENT}`);
  return found;
}

function programPath(flag: string, path: string): string {
  try {
    if (!statSync(path).isFile()) throw new Error('it is no file');
    accessSync(path, constants.X_OK);
    return resolve(path);
  } catch {
    throw new UsageError(`${flag}: got ${quote(path)}, expected the path of a program that may be executed`);
  }
}

function quantity<T>(flag: string, value: string, parse: (value: string) => T): T {
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof QuantityError) throw new UsageError(`${flag}: ${error.message}`);
    throw error;
  }
}

function readReadyTimeout(value: string): Nanoseconds {
  const { least, most } = READY_TIMEOUT;
  const found = parseDuration(value);
  if (found < parseDuration(least) || found > parseDuration(most))
    throw new QuantityError(value, `a time from ${least} to ${most}`);
  return found;
}

function oneOf<T extends string>(flag: string, value: string, words: readonly T[]): T {
  const found = words.find((word) => word === value);
  if (found === undefined)
    throw new UsageError(
      `${flag}: got ${quote(value)}, expected one of ${words.join(', ')}${didYouMean(value, words)}`,
    );
  return found;
}

/** The axes that flags have set; the others are absent. */
function readAxes(text: (name: string) => string | undefined, tls: boolean): Partial<Variant> {
  const oneOfWords = <T extends string>(name: string, words: readonly T[]): T | undefined =>
    given(text(name), (value) => oneOf(`--${name}`, value, words));
  const axes: { readonly [K in keyof Variant]?: Variant[K] | undefined } = {
    protocol: oneOfWords('protocol', PROTOCOL_REVISIONS),
    http: oneOfWords('http', HTTP_VERSIONS),
    tls: tls ? true : undefined,
    compression: oneOfWords('compression', COMPRESSIONS),
    reply: oneOfWords('reply', REPLY_MODES),
    client: oneOfWords('client', CLIENT_STACKS),
    network: oneOfWords('network', NETWORK_PROFILES),
  };
  return present(axes);
}

/** Without the keys that hold nothing. */
const present = <T extends object>(values: { readonly [K in keyof T]?: T[K] | undefined }): Partial<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;

function readArms(list: string, names: readonly string[]): readonly ArmWord[] | 'all' {
  if (list.trim() === 'all') return 'all';
  return list.split(',').map((text) => {
    const read = readArmWord(text.trim(), names);
    if (!read.ok) throw new UsageError(`--transport: ${read.why}`);
    return read.word;
  });
}
