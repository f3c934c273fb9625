/** The limit under which a rate counts as sustained: `p99 <= 10ms`, of response times, counted from when a call was due. */
import type { Nanoseconds } from '../units.ts';
import { formatDuration, parseDuration, QuantityError } from './quantities.ts';

/** Which part of the calls must have been answered within which time. */
export interface KneeLimit {
  /** 0 … 1: 0.99 of `p99`. */
  readonly share: number;
  readonly atMostNs: Nanoseconds;
}

const SHARES: Readonly<Record<string, number>> = { p50: 0.5, p90: 0.9, p99: 0.99 };

/** What is expected where something else was written. */
export const A_KNEE_LIMIT = 'a limit like "p99 <= 10ms", of p50, p90 or p99 and a time';

const FORM = /^\s*(p\d{2})\s*<=\s*(\S{1,30})\s*$/;

/** Throws a {@link QuantityError}. */
export function parseKneeLimit(text: string): KneeLimit {
  const [, quantile = '', time = ''] = FORM.exec(text) ?? [];
  const share = SHARES[quantile];
  if (share === undefined) throw new QuantityError(text, A_KNEE_LIMIT);
  const atMostNs = parseTime(text, time);
  if (atMostNs <= 0) throw new QuantityError(text, A_KNEE_LIMIT);
  return { share, atMostNs };
}

function parseTime(text: string, time: string): Nanoseconds {
  try {
    return parseDuration(time);
  } catch (error) {
    if (error instanceof QuantityError) throw new QuantityError(text, A_KNEE_LIMIT);
    throw error;
  }
}

/** `p99 <= 10ms`: reads back as the same. */
export const kneeLimitText = ({ share, atMostNs }: KneeLimit): string =>
  `${quantileName(share)} <= ${formatDuration(atMostNs)}`;

/** `p99` of 0.99. */
export const quantileName = (share: number): string => `p${Math.round(share * 100)}`;
