/**
 * The search for the highest rate that is sustained: doubling until a rate is not, bisecting in log space, challenging what
 * was found from above, confirming it from below, and a curve. Pure: it asks for one probe after the other and is told how each went.
 *
 * A rate counts as sustained by the majority of three probes. With one probe for each rate, a search in which one of
 * twenty is hit by a stall of the machine ends far off in one of twenty cases: the stall decides a doubling.
 */

export const PURPOSES = ['bracket', 'bisect', 'challenge', 'confirm', 'curve'] as const;
/** What a probe is for. */
export type Purpose = (typeof PURPOSES)[number];

/** A probe to be made. */
export interface Asked {
  readonly ratePerSec: number;
  readonly purpose: Purpose;
}

export const ANSWERS = ['ok', 'not-ok', 'disturbed'] as const;
/** How it went: the limit was kept, or not; or not, while something beside the endpoint disturbed the machine. */
export type Answer = (typeof ANSWERS)[number];

export const ENDINGS = ['confirmed', 'unconfirmed', 'never-kept', 'always-kept', 'out-of-bounds'] as const;
/**
 * Why the search ended: what was found was confirmed; it was not, even at 0.95³ of it; not even the lowest rate kept the
 * limit; the highest rate that may be tried still did; or there was no time or no probe left.
 */
export type Ending = (typeof ENDINGS)[number];

/** What was found. */
export interface Found {
  /** The highest rate that was sustained; `null` where none was. */
  readonly lowPerSec: number | null;
  /** The lowest rate above it that was not; `null` where none is known. */
  readonly highPerSec: number | null;
  readonly ending: Ending;
}

export interface Range {
  /** Per second, above 0. */
  readonly fromPerSec: number;
  readonly mostPerSec: number;
}

/** Neighbouring rates closer than this are the same. */
export const PRECISION = 1.03;
/**
 * What was found is challenged by a rate so far above it that it could not be sustained: where it is after all, a stall has
 * decided, and the search goes on from there. It would have to decide twice to be believed.
 */
const CHALLENGE = PRECISION ** 2;
const MOST_CHALLENGES = 3;
/** Below the first rate by so many halvings is none. */
const MOST_HALVINGS = 6;
const MAJORITY = 2;
/** Probes of a rate that were disturbed are made again, this often. */
const MOST_AGAIN = 3;
const CONFIRM_PROBES = 5;
/** One of twenty probes being hit by a stall, five of five would fail in one of four searches, four of five in one of forty. */
const CONFIRM_LEAST = 4;
const CONFIRM_SHARE = 0.95;
const CONFIRM_ROUNDS = 3;
/** Of what was found. */
export const CURVE_SHARES = [0.5, 0.7, 0.8, 0.9, 0.95] as const;

/** `'stop'` in the place of an answer ends the search with what is known by then. */
export type Reply = Answer | 'stop';
type Search<T> = Generator<Asked, T, Reply>;

/** Ends the search from within a probe's reply; never leaves {@link searchKnee}. */
class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Yields probes until it returns what was found. */
export function* searchKnee({ fromPerSec, mostPerSec }: Range): Search<Found> {
  let low: number | null = null;
  let high: number | null = null;
  try {
    let next = fromPerSec;
    // Down to a rate that is sustained.
    for (let halvings = 0; low === null; halvings += 1) {
      if (halvings > MOST_HALVINGS) return { lowPerSec: low, highPerSec: high, ending: 'never-kept' };
      if (yield* isSustained(next, 'bracket')) low = next;
      else {
        high = next;
        next /= 2;
      }
    }
    for (let challenges = 0; ; challenges += 1) {
      // Up to one that is not.
      while (high === null) {
        if (low >= mostPerSec) return { lowPerSec: low, highPerSec: null, ending: 'always-kept' };
        next = Math.min(2 * low, mostPerSec);
        if (yield* isSustained(next, 'bracket')) low = next;
        else high = next;
      }
      while (high / low > PRECISION) {
        next = Math.sqrt(low * high);
        if (yield* isSustained(next, 'bisect')) low = next;
        else high = next;
      }
      next = CHALLENGE * low;
      if (challenges === MOST_CHALLENGES || next > mostPerSec || !(yield* isSustained(next, 'challenge'))) break;
      low = next;
      high = null;
    }
    for (let round = 0; round < CONFIRM_ROUNDS; round += 1) {
      if (yield* isConfirmed(CONFIRM_SHARE * low)) return yield* withCurve({ low, high, ending: 'confirmed' });
      low *= CONFIRM_SHARE;
    }
    return { lowPerSec: low, highPerSec: high, ending: 'unconfirmed' };
  } catch (error) {
    if (error instanceof Stopped) return { lowPerSec: low, highPerSec: high, ending: 'out-of-bounds' };
    throw error;
  }
}

interface Confirmed {
  readonly low: number;
  readonly high: number;
  readonly ending: Ending;
}

/** Where the search is stopped on its way along the curve, what was found stands. */
function* withCurve({ low, high, ending }: Confirmed): Search<Found> {
  const found: Found = { lowPerSec: low, highPerSec: high, ending };
  for (const share of CURVE_SHARES) if ((yield { ratePerSec: share * low, purpose: 'curve' }) === 'stop') return found;
  return found;
}

/** By the majority of three, of which the third is made only where the first two disagree. */
function* isSustained(ratePerSec: number, purpose: Purpose): Search<boolean> {
  let [kept, broken, again] = [0, 0, 0];
  while (kept < MAJORITY && broken < MAJORITY) {
    const reply = yield { ratePerSec, purpose };
    if (reply === 'stop') throw new Stopped();
    if (reply === 'ok') kept += 1;
    else if (reply === 'disturbed' && again < MOST_AGAIN) again += 1;
    else broken += 1;
  }
  return kept >= MAJORITY;
}

/** Whether four of five keep the limit; what cannot be any more is not waited for. */
function* isConfirmed(ratePerSec: number): Search<boolean> {
  let [kept, broken, again] = [0, 0, 0];
  while (kept < CONFIRM_LEAST && broken <= CONFIRM_PROBES - CONFIRM_LEAST) {
    const reply = yield { ratePerSec, purpose: 'confirm' };
    if (reply === 'stop') throw new Stopped();
    if (reply === 'ok') kept += 1;
    else if (reply === 'disturbed' && again < MOST_AGAIN) again += 1;
    else broken += 1;
  }
  return kept >= CONFIRM_LEAST;
}
