import { describe, expect, it } from 'vitest';
import { ScenarioError } from './scenario-error.ts';
import { readYaml } from './yaml-source.ts';

const HEAD = `name: tool-calls
title: A title
shows: What it shows.
`;
const ASK = `scripts:
  - name: ask
    steps:
      - call: echo
`;
const TAIL = `load: { model: closed }
window: 1s
`;
const GOOD = HEAD + ASK + TAIL;

/** The lines of the error that this text causes. */
function problemsOf(text: string): string[] {
  try {
    readYaml(text, 's.yaml');
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  return ['no error'];
}

/** What it is, the file's text, and the error's lines: exactly these. */
type Case = readonly [what: string, text: string, lines: readonly string[]];

const CASES: readonly Case[] = [
  ['an empty file', '', ['s.yaml:1:1: the file is empty, expected a scenario']],
  ['only a comment', '# nothing\n', ['s.yaml:1:1: the file is empty, expected a scenario']],
  ['a list', '- 1\n- 2\n', ['s.yaml:1:1: expected a mapping with name, title, shows, load and window']],
  ['a bare text', 'hello\n', ['s.yaml:1:1: expected a mapping with name, title, shows, load and window']],
  ['several documents', `${GOOD}---\n${GOOD}`, ['s.yaml:10:1: got 2 documents, expected one scenario per file']],
  [
    'broken YAML',
    `${HEAD}load: [\n`,
    ['s.yaml:5:1: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  ],
  [
    'a tab as indentation',
    `${HEAD}load:\n\tmodel: closed\n`,
    ['s.yaml:5:1: not YAML: Tabs are not allowed as indentation'],
  ],
  [
    'duplicate keys',
    `${GOOD}name: again\nwindow: 2s\n`,
    [
      's.yaml:10:1: the key "name" stands twice in the same mapping',
      's.yaml:11:1: the key "window" stands twice in the same mapping',
    ],
  ],
  ['an unknown tag', `${HEAD}load: !!js/function x\n`, ['s.yaml:4:7: an unknown tag; no scenario needs one']],
  ['an alias without anchor', `${HEAD}load: *nowhere\n`, ['s.yaml:4:7: no anchor "&nowhere" stands before this alias']],
  [
    'too many aliases',
    `a: &a [x]\nb: [${Array.from({ length: 101 }, () => '*a').join(', ')}]\n`,
    ['s.yaml:2:405: more than 100 aliases'],
  ],
  [
    'an alias bomb',
    `a: &a [x]\n${[...'bcdefghijk'].map((key, at) => `${key}: &${key} [${Array.from({ length: 9 }, () => `*${'abcdefghij'[at]}`).join(', ')}]\n`).join('')}`,
    ['s.yaml:1:1: the aliases repeat one another too often'],
  ],
  ['deep nesting', `a: ${'['.repeat(5000)}`, ['s.yaml:1:821: nested too deeply']],
  ['a huge file', `${GOOD}#${'x'.repeat(65_536)}`, ['s.yaml: larger than 64KiB, which no scenario is']],
  ['a key that is a list', `${GOOD}? [a]\n: 1\n`, ['s.yaml:10:3: a key must be a plain word']],
];

describe('what is not one mapping in YAML is refused', () => {
  it.each(CASES)('%s', (_, text, lines) => {
    expect(problemsOf(text)).toEqual(lines);
  });

  it('whatever the file does to the parser', () => {
    const hostile = ['[', '{', '- ', '? ', 'a: ', '*a ', '&a ', '---\n'].map((part) =>
      part.repeat(65_536 / part.length),
    );
    for (const text of hostile) expect(() => readYaml(text, 's.yaml')).toThrow(ScenarioError);
  });
});

describe('positions', () => {
  const source = readYaml('# comment\na: &x\n  - b: 1\nc: *x\n"d e": 2\n', 's.yaml');

  it.each([
    ['a value', ['a', 0, 'b'], { line: 3, column: 8 }],
    ['a value behind an alias', ['c', 0, 'b'], { line: 3, column: 8 }],
    ['what stands around a missing value', ['a', 0, 'nothing'], { line: 3, column: 5 }],
    ['the root', [], { line: 2, column: 1 }],
  ] as const)('of %s', (_, place, position) => {
    expect(source.positionOf(place)).toEqual(position);
  });

  it('of a key', () => {
    expect(source.positionOfKey([], 'd e')).toEqual({ line: 5, column: 1 });
    expect(source.positionOfKey(['c', 0], 'b')).toEqual({ line: 3, column: 5 });
  });
});
