/** Lines of the truth bench: what was expected, what was seen, and how many of them failed. */

let failures = 0;
let lines = 0;

export function line(what: string, expected: string, seen: string, pass: boolean): void {
  lines += 1;
  if (!pass) failures += 1;
  console.log(`${pass ? 'pass' : 'FAIL'}  ${what.padEnd(58)} expected ${expected.padEnd(34)} seen ${seen}`);
}

/** Says how it went, and whether it went well: nothing is no pass. */
export function conclude(): boolean {
  if (lines === 0) console.log('Nothing was held against anything.');
  else console.log(failures === 0 ? 'All lines pass.' : `${failures} lines fail.`);
  return failures === 0 && lines > 0;
}
