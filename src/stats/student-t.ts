/** Student's t distribution, for the interval of a slope. */

const BISECTIONS = 100;

/** The probability that |t| is at most this, with that many degrees of freedom. Exact: the finite series of Abramowitz and Stegun, 26.7.3 and 26.7.4. */
export function withinT(t: number, freedom: number): number {
  if (!Number.isInteger(freedom) || freedom < 1)
    throw new RangeError(`there is no t with ${freedom} degrees of freedom`);
  const angle = Math.atan(t / Math.sqrt(freedom));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  return freedom % 2 === 0
    ? sine * evenSeries(cosine, freedom)
    : (2 / Math.PI) * (angle + sine * oddSeries(cosine, freedom));
}

/** 1 + ½cos² + ½·¾cos⁴ + … up to cos^(freedom − 2). */
function evenSeries(cosine: number, freedom: number): number {
  let term = 1;
  let sum = 1;
  for (let power = 2; power <= freedom - 2; power += 2) {
    term *= ((power - 1) / power) * cosine * cosine;
    sum += term;
  }
  return sum;
}

/** cos + ⅔cos³ + ⅔·⅘cos⁵ + … up to cos^(freedom − 2); nothing for one degree of freedom. */
function oddSeries(cosine: number, freedom: number): number {
  if (freedom === 1) return 0;
  let term = cosine;
  let sum = cosine;
  for (let power = 3; power <= freedom - 2; power += 2) {
    term *= ((power - 1) / power) * cosine * cosine;
    sum += term;
  }
  return sum;
}

/** The t that |t| does not exceed with this probability, 0 < level < 1: 12.7 for 0.95 and one degree of freedom, 1.96 for very many. */
export function tQuantile(level: number, freedom: number): number {
  if (!(level > 0 && level < 1)) throw new RangeError(`${level} is no level between 0 and 1`);
  let high = 1;
  while (withinT(high, freedom) < level) high *= 2;
  let low = 0;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    if (withinT(middle, freedom) < level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
