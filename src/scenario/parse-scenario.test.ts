import { describe, expect, it } from 'vitest';
import { parseScenario } from './parse-scenario.ts';
import { ScenarioError } from './scenario-error.ts';

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
    parseScenario(text, 's.yaml');
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  return ['no error'];
}

const withStep = (step: string): string => `${HEAD}scripts:\n  - name: ask\n    steps:\n      - ${step}\n${TAIL}`;
const withLoad = (load: string, rest = ''): string => `${HEAD}${ASK}load: ${load}\nwindow: 1s\n${rest}`;
/** What it is, the file's text, and the error's lines: exactly these. */
type Case = readonly [what: string, text: string, lines: readonly string[]];

const VALUES: readonly Case[] = [
  [
    'an alias in itself',
    `${GOOD}vary: &v { payload: [*v] }\n`,
    ['s.yaml:10:22: vary.payload[0]: got a mapping, expected a size like 256B, 4KiB or 1MiB'],
  ],
  [
    'the key __proto__',
    `${GOOD}__proto__: { polluted: true }\n`,
    [
      's.yaml:10:1: unknown key "__proto__"; the keys here are name, title, shows, clients, scripts, load, publish, warmup, window, timeout, stall, pacing, vary, thresholds, quick',
    ],
  ],
  [
    'everything missing',
    '{}',
    [
      's.yaml:1:1: name: missing, expected a name of at most 64 small letters, digits and single hyphens, like tool-calls',
      's.yaml:1:1: title: missing, expected one line of 1 to 120 printable characters',
      's.yaml:1:1: shows: missing, expected one line of 1 to 600 printable characters',
      's.yaml:1:1: load: missing, expected a mapping like { model: closed }',
      's.yaml:1:1: window: missing, expected a time like 1s, or a mapping with time, calls or both',
    ],
  ],
  [
    'an unknown key',
    `${HEAD}${ASK}load: { model: closed }\nwndow: 1s\n`,
    ['s.yaml:9:1: unknown key "wndow"; did you mean "window"?'],
  ],
  [
    'an unknown key far from any',
    `${GOOD}colour: red\n`,
    [
      's.yaml:10:1: unknown key "colour"; the keys here are name, title, shows, clients, scripts, load, publish, warmup, window, timeout, stall, pacing, vary, thresholds, quick',
    ],
  ],
  [
    'an unknown nested key',
    withLoad('{ model: open, raet: 5/s }'),
    ['s.yaml:8:22: load: unknown key "raet"; did you mean "rate"?'],
  ],
  [
    'control characters in a key',
    `${GOOD}"bad\\e[31mkey": 1\n`,
    [
      String.raw`s.yaml:10:1: unknown key "bad\u001b[31mkey"; the keys here are name, title, shows, clients, scripts, load, publish, warmup, window, timeout, stall, pacing, vary, thresholds, quick`,
    ],
  ],
  [
    'control characters in a value',
    GOOD.replace('1s', '"\\e[2J\\u202Ex"'),
    [String.raw`s.yaml:9:9: window: got "\u001b[2J\u202ex", expected a time like 500ms or 5s`],
  ],
  [
    'a very long value',
    GOOD.replace('1s', 'x'.repeat(1000)),
    [
      's.yaml:9:9: window: got "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…", expected a time like 500ms or 5s',
    ],
  ],
  [
    'a bad name',
    GOOD.replace('tool-calls', 'Tool Calls'),
    [
      's.yaml:1:7: name: got "Tool Calls", expected a name of at most 64 small letters, digits and single hyphens, like tool-calls',
    ],
  ],
  [
    'a title of two lines',
    GOOD.replace('A title', '"a\\nb"'),
    [String.raw`s.yaml:2:8: title: got "a\nb", expected one line of 1 to 120 printable characters`],
  ],
  [
    'a key without a value',
    GOOD.replace('window: 1s', 'window:'),
    ['s.yaml:9:8: window: got nothing, expected a time like 1s, or a mapping with time, calls or both'],
  ],
  ['no time', GOOD.replace('1s', 'soon'), ['s.yaml:9:9: window: got "soon", expected a time like 500ms or 5s']],
  [
    'a time without unit',
    GOOD.replace('1s', '5'),
    ['s.yaml:9:9: window: got 5, expected a time like 1s, or a mapping with time, calls or both'],
  ],
  ['a negative time', GOOD.replace('1s', '-5s'), ['s.yaml:9:9: window: got "-5s", expected a time like 500ms or 5s']],
  ['a time too long', GOOD.replace('1s', '2h'), ['s.yaml:9:9: window: got "2h", expected a time from 1ms to 1h']],
  [
    'a window of nothing',
    GOOD.replace('1s', '{}'),
    ['s.yaml:9:9: window: got neither, expected a time, a number of calls, or both'],
  ],
  ['a window of zero', GOOD.replace('1s', '0ms'), ['s.yaml:9:9: window: got "0ms", expected a time from 1ms to 1h']],
  [
    'a window of no calls',
    GOOD.replace('1s', '{ calls: 0 }'),
    ['s.yaml:9:18: window.calls: got 0, expected a whole number from 1 to 5000000'],
  ],
  [
    'a window list',
    GOOD.replace('1s', '[1s]'),
    ['s.yaml:9:9: window: got a list of 1, expected a time like 1s, or a mapping with time, calls or both'],
  ],
  [
    'too many clients',
    `${GOOD}clients: 10001\n`,
    ['s.yaml:10:10: clients: got 10001, expected a whole number from 1 to 10000'],
  ],
  [
    'half a client',
    `${GOOD}clients: 1.5\n`,
    ['s.yaml:10:10: clients: got 1.5, expected a whole number from 1 to 10000'],
  ],
  [
    'clients in words',
    `${GOOD}clients: many\n`,
    ['s.yaml:10:10: clients: got "many", expected a whole number from 1 to 10000'],
  ],
  [
    'a rate in words',
    withLoad('{ model: open, rate: fast }'),
    ['s.yaml:8:28: load.rate: got "fast", expected a number of requests per second like 200/s'],
  ],
  [
    'no rate',
    withLoad('{ model: open }'),
    ['s.yaml:8:7: load.rate: missing, expected a number of requests per second like 200/s'],
  ],
  [
    'a rate of 0',
    withLoad('{ model: open, rate: 0 }'),
    ['s.yaml:8:28: load.rate: got 0, expected a rate above 0 and at most 1000000/s'],
  ],
  [
    'a negative rate',
    withLoad('{ model: open, rate: -1 }'),
    ['s.yaml:8:28: load.rate: got -1, expected a rate above 0 and at most 1000000/s'],
  ],
  [
    'a rate that is not a number',
    withLoad('{ model: open, rate: .nan }'),
    ['s.yaml:8:28: load.rate: got NaN, expected a number of requests per second like 200/s'],
  ],
  [
    'an infinite rate',
    withLoad('{ model: open, rate: .inf }'),
    ['s.yaml:8:28: load.rate: got Infinity, expected a number of requests per second like 200/s'],
  ],
  [
    'an absurd rate',
    withLoad('{ model: sessions, rate: 2000000/s }'),
    ['s.yaml:8:32: load.rate: got "2000000/s", expected a rate above 0 and at most 1000000/s'],
  ],
  [
    'unknown arrivals',
    withLoad('{ model: open, rate: 5/s, arrivals: poison }'),
    ['s.yaml:8:43: load.arrivals: got "poison", expected one of constant, poisson; did you mean "poisson"?'],
  ],
  [
    'an unknown load model',
    withLoad('{ model: opne }'),
    ['s.yaml:8:16: load.model: got "opne", expected one of closed, open, sessions, none; did you mean "open"?'],
  ],
  [
    'no load model',
    withLoad('{ rate: 5/s }'),
    ['s.yaml:8:7: load.model: missing, expected one of closed, open, sessions, none'],
  ],
  [
    'a load that is a text',
    withLoad('closed'),
    ['s.yaml:8:7: load: got "closed", expected a mapping like { model: closed }'],
  ],
  [
    'an unknown tool',
    withStep('call: ehco'),
    [
      's.yaml:7:15: scripts[0].steps[0].call: got "ehco", expected one of echo, produce, store, delay, progress, fail, misbehave; did you mean "echo"?',
    ],
  ],
  [
    'a step that is a text',
    withStep('echo'),
    ['s.yaml:7:9: scripts[0].steps[0]: got "echo", expected a step: a mapping with one of call, ping, think, wait-for'],
  ],
  [
    'a step without its key',
    withStep('send: 64B'),
    [
      's.yaml:7:9: scripts[0].steps[0]: got a mapping, expected a step: a mapping with one of call, ping, think, wait-for',
    ],
  ],
  [
    'a misspelt step',
    withStep('thnk: 5ms'),
    ['s.yaml:7:9: scripts[0].steps[0]: unknown key "thnk"; did you mean "think"?'],
  ],
  [
    'steps on echo',
    withStep('{ call: echo, steps: 5 }'),
    ['s.yaml:7:23: scripts[0].steps[0]: unknown key "steps"; the keys here are call, send, text'],
  ],
  [
    'a delay without wait',
    withStep('call: delay'),
    ['s.yaml:7:9: scripts[0].steps[0].wait: missing, expected a time like 500ms or 5s'],
  ],
  [
    'an unknown misbehaviour',
    withStep('{ call: misbehave, how: wrongid }'),
    [
      's.yaml:7:33: scripts[0].steps[0].how: got "wrongid", expected one of wrong-id, wrong-text, not-json, twice, never, die; did you mean "wrong-id"?',
    ],
  ],
  [
    'a ping that is false',
    withStep('ping: false'),
    ['s.yaml:7:15: scripts[0].steps[0].ping: got false, expected true'],
  ],
  [
    'two steps in one',
    withStep('{ call: echo, think: 5ms }'),
    ['s.yaml:7:23: scripts[0].steps[0]: unknown key "think"; the keys here are call, send, text'],
  ],
  [
    'a call too small',
    withStep('{ call: echo, send: 15B }'),
    ['s.yaml:7:29: scripts[0].steps[0].send: got "15B", expected a size from 16B to 4MiB'],
  ],
  [
    'an answer too large',
    withStep('{ call: produce, receive: 5MiB }'),
    ['s.yaml:7:35: scripts[0].steps[0].receive: got "5MiB", expected a size from 16B to 4MiB'],
  ],
  [
    'a size without unit',
    withStep('{ call: echo, send: 128 }'),
    ['s.yaml:7:29: scripts[0].steps[0].send: got 128, expected a size like 256B, 4KiB or 1MiB'],
  ],
  [
    'both send and text',
    withStep('{ call: echo, send: 64B, text: hello }'),
    ['s.yaml:7:9: scripts[0].steps[0]: got both send and text, expected one of them'],
  ],
  [
    'an unknown placeholder',
    withStep('{ call: echo, text: "{{nonsense}}" }'),
    [
      's.yaml:7:29: scripts[0].steps[0].text: got "{{nonsense}}", expected {{sequence}}, {{client}} or {{filler:64B}} in place of "{{nonsense}}"',
    ],
  ],
  [
    'an open placeholder',
    withStep('{ call: echo, text: "{{client" }'),
    ['s.yaml:7:29: scripts[0].steps[0].text: got "{{client", expected every "{{" to have its "}}", as in {{sequence}}'],
  ],
  [
    'a filler without size',
    withStep('{ call: echo, text: "{{filler:big}}" }'),
    [
      's.yaml:7:29: scripts[0].steps[0].text: got "{{filler:big}}", expected {{sequence}}, {{client}} or {{filler:64B}} in place of "{{filler:big}}"',
    ],
  ],
  [
    'a huge filler',
    withStep('{ call: echo, text: "{{filler:5MiB}}" }'),
    ['s.yaml:7:29: scripts[0].steps[0].text: got "{{filler:5MiB}}", expected a text of at most 4MiB'],
  ],
  [
    'no steps',
    `${HEAD}scripts:\n  - { name: ask, steps: [] }\n${TAIL}`,
    ['s.yaml:5:25: scripts[0].steps: got an empty list, expected a list of 1 to 1000 steps'],
  ],
  [
    'scripts of nothing',
    `${HEAD}scripts:\n${TAIL}`,
    ['s.yaml:4:9: scripts: got nothing, expected a list of 1 to 100 scripts'],
  ],
  [
    'a weight of 0',
    GOOD.replace('name: ask', 'name: ask\n    weight: 0'),
    ['s.yaml:6:13: scripts[0].weight: got 0, expected a number above 0'],
  ],
  [
    'subscribers in words',
    withLoad('{ model: closed }', 'publish:\n  - { topic: feed, rate: 5/s, subscribers: some }\n'),
    ['s.yaml:11:44: publish[0].subscribers: got "some", expected all, or a whole number from 0 to 10000'],
  ],
  [
    'two axes',
    `${GOOD}vary: { clients: [1], payload: [64B] }\n`,
    [
      's.yaml:10:7: vary: got payload and clients, expected exactly one of payload, rate, clients, publish-rate, or a list of levels that set several each',
    ],
  ],
  [
    'no axis',
    `${GOOD}vary: {}\n`,
    [
      's.yaml:10:7: vary: got no key, expected exactly one of payload, rate, clients, publish-rate, or a list of levels that set several each',
    ],
  ],
  [
    'neither an axis nor levels',
    `${GOOD}vary: 5\n`,
    [
      's.yaml:10:7: vary: got 5, expected a mapping like { payload: [16B, 4KiB] }, or a list of levels like { clients: 100, publish-rate: 10/s }',
    ],
  ],
  [
    'levels with a misspelt key, with impossible values, and what is no level at all',
    `${GOOD}vary:\n  - { client: 5 }\n  - { clients: 5, payload: 1B }\n  - { only: call }\n  - 7\n`,
    [
      's.yaml:11:7: vary[0]: unknown key "client"; did you mean "clients"?',
      's.yaml:12:28: vary[1].payload: got "1B", expected a size from 16B to 4MiB',
      's.yaml:13:13: vary[2].only: got "call", expected one of calls, pushes; did you mean "calls"?',
      's.yaml:14:5: vary[3]: got 7, expected a level like { clients: 100, publish-rate: 10/s }',
    ],
  ],
  [
    'no levels',
    `${GOOD}vary: { clients: [] }\n`,
    ['s.yaml:10:18: vary.clients: got an empty list, expected a list of 1 to 50 numbers of clients'],
  ],
  [
    'three mistakes at once',
    `${HEAD}clients: 0\nscripts:\n  - name: ask\n    steps:\n      - call: echo\n        send: big\nload: { model: open, rate: fast }\nwndow: 1s\n`,
    [
      's.yaml:4:10: clients: got 0, expected a whole number from 1 to 10000',
      's.yaml:9:15: scripts[0].steps[0].send: got "big", expected a size like 256B, 4KiB or 1MiB',
      's.yaml:10:28: load.rate: got "fast", expected a number of requests per second like 200/s',
      's.yaml:11:1: unknown key "wndow"; did you mean "window"?',
    ],
  ],
];

describe('parseScenario refuses', () => {
  it.each(VALUES)('%s', (_, text, lines) => {
    expect(problemsOf(text)).toEqual(lines);
  });

  it('a file full of mistakes without listing them all', () => {
    const many = Array.from({ length: 80 }, (_, index) => `key-${index}: 1\n`).join('');
    const lines = problemsOf(GOOD + many);
    expect(lines).toHaveLength(51);
    expect(lines.at(-1)).toBe('s.yaml: and 30 more problems');
  });

  it('a path that would move the cursor', () => {
    expect(() => parseScenario('', 'a\u001b[2J.yaml')).toThrow(String.raw`a\u001b[2J.yaml:1:1: the file is empty`);
  });
});
