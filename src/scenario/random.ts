/** Reproducible randomness: every choice of a run follows from its printed seed. */

export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform among 0 … below − 1. */
  integer(below: number): number;
  /** Exponentially distributed with mean 1. */
  exponential(): number;
  /** A new array in random order (Fisher–Yates); the given one stays as it is. */
  shuffled<T>(items: readonly T[]): T[];
}

/** mulberry32 (Tommy Ettinger, 2017, public domain): 32 bits of state, equidistributed; plenty for choosing orders and gaps. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const integer = (below: number): number => Math.floor(uniform() * below);
  return {
    uniform,
    integer,
    exponential: () => -Math.log(1 - uniform()),
    shuffled: (items) => {
      const result = [...items];
      for (let last = result.length - 1; last > 0; last -= 1) {
        const other = integer(last + 1);
        [result[last], result[other]] = [
          result[other] as (typeof result)[number],
          result[last] as (typeof result)[number],
        ];
      }
      return result;
    },
  };
}

/** A seed of its own for each purpose (FNV-1a over both), so that two streams of random numbers do not run in step. */
export function derivedSeed(seed: number, purpose: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`${seed} ${purpose}`)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
