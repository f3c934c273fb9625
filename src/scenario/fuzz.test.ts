import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { listShipped } from './load-scenario.ts';
import { parseScenario } from './parse-scenario.ts';
import { ScenarioError } from './scenario-error.ts';

const files = listShipped().map(({ path }) => readFileSync(path, 'utf8'));
const SCRAPS = [
  '[',
  ']',
  '{',
  '}',
  ':',
  '- ',
  '\n',
  '\t',
  '"',
  '#',
  '&a ',
  '*a',
  '!!',
  '---\n',
  '~',
  '.nan',
  '-1',
  '\u0000',
];
const scraps = fc.oneof(fc.constantFrom(...SCRAPS), fc.string());

/** What may come of any text: a scenario, or messages of one printable line each that say where. */
function outcomeOf(text: string): string {
  try {
    parseScenario(text, 's.yaml');
    return 'fine';
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const wellSaid = error.problems.every((problem) => /^s\.yaml:(?:\d+:\d+:)? [^\p{Cc}\p{Cf}\p{Cs}]+$/u.test(problem));
    return wellSaid ? 'fine' : error.message;
  }
}

it('a damaged file is either a scenario or explained', () => {
  const damage = fc.record({
    text: fc.constantFrom(...files),
    at: fc.nat(1500),
    cut: fc.nat(40),
    scrap: scraps,
  });
  fc.assert(
    fc.property(damage, ({ text, at, cut, scrap }) => {
      expect(outcomeOf(text.slice(0, at) + scrap + text.slice(at + cut))).toBe('fine');
    }),
    { numRuns: 500 },
  );
});

it('any JSON at all is either a scenario or explained', () => {
  const keys = fc.constantFrom(
    'name',
    'clients',
    'scripts',
    'steps',
    'load',
    'model',
    'publish',
    'vary',
    'quick',
    'window',
    'call',
    '__proto__',
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom('closed', 'none', 'echo', '1s', '64B', ''),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(keys, tie('tree'), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(keys, tree), (value) => {
      expect(outcomeOf(JSON.stringify(value))).toBe('fine');
    }),
    { numRuns: 500 },
  );
});
