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

const CASES: readonly Case[] = [
  [
    'too many arrivals',
    withLoad('{ model: open, rate: 1000000/s }').replace('1s', '6s'),
    ['s.yaml:8:28: load.rate: got 1000000/s for 6s, expected at most 5000000 arrivals in a window'],
  ],
  ['no scripts', HEAD + TAIL, ['s.yaml:1:1: scripts: missing, expected scripts for load.model closed']],
  [
    'two scripts of one name',
    `${HEAD}${ASK}  - name: ask\n    steps:\n      - ping: true\n${TAIL}`,
    ['s.yaml:8:11: scripts[1].name: got "ask" again, expected another name'],
  ],
  [
    'a wait for nothing published',
    withStep('wait-for: feed'),
    ['s.yaml:7:19: scripts[0].steps[0].wait-for: got "feed", expected a topic that is published (none)'],
  ],
  [
    'a wait of clients who are not subscribed',
    `${withStep('wait-for: feed')}clients: 2\npublish:\n  - { topic: feed, rate: 5/s, subscribers: 1 }\n`,
    [
      's.yaml:7:19: scripts[0].steps[0].wait-for: got "feed" with 1 of 2 clients subscribed, expected all, since each may wait',
    ],
  ],
  [
    'more subscribers than clients',
    withLoad('{ model: closed }', 'publish:\n  - { topic: feed, rate: 5/s, subscribers: 5 }\n'),
    ['s.yaml:11:44: publish[0].subscribers: got 5, expected at most 1, the number of clients'],
  ],
  [
    'two publications of one topic',
    withLoad('{ model: closed }', 'publish:\n  - { topic: feed, rate: 5/s }\n  - { topic: feed, rate: 6/s }\n'),
    ['s.yaml:12:14: publish[1].topic: got "feed" again, expected another topic'],
  ],
  [
    'no load, nothing published',
    `${HEAD}load: { model: none }\nwindow: 1s\n`,
    ['s.yaml:1:1: publish: missing, expected a publication, since load.model is none'],
  ],
  [
    'no load, but scripts',
    withLoad('{ model: none }', 'publish: [{ topic: feed, rate: 5/s }]\n'),
    ['s.yaml:5:3: scripts: got 1, expected none, since nobody runs them with load.model none'],
  ],
  [
    'no load, but calls to wait for',
    `${HEAD}load: { model: none }\nwarmup: { time: 1s, calls: 5 }\nwindow: { calls: 100 }\npublish: [{ topic: feed, rate: 5/s }]\n`,
    [
      's.yaml:5:28: warmup.calls: got 5, expected a time alone, since nothing in the scenario calls',
      's.yaml:6:18: window.calls: got 100, expected a time alone, since nothing in the scenario calls',
    ],
  ],
  [
    'a stall after the end',
    `${GOOD}stall: { at: 1s, for: 5ms }\n`,
    [String.raw`s.yaml:10:14: stall.at: got 1s, expected less than the window's 1s`],
  ],
  [
    'a stall that quick cuts off',
    `${GOOD}stall: { at: 500ms, for: 5ms }\nquick: { window: 100ms }\n`,
    [String.raw`s.yaml:10:14: stall.at: with --quick: got 500ms, expected less than the window's 100ms`],
  ],
  [
    'a level twice',
    `${GOOD}vary: { payload: [1KiB, 1024B] }\n`,
    ['s.yaml:10:25: vary.payload[1]: got 1KiB again, expected another level'],
  ],
  [
    'the rate of a closed loop',
    `${GOOD}vary: { rate: [5/s] }\n`,
    ['s.yaml:10:15: vary.rate: cannot be varied: a load of model closed has no rate'],
  ],
  [
    'publish-rate of nothing',
    `${GOOD}vary: { publish-rate: [5/s] }\n`,
    ['s.yaml:10:23: vary.publish-rate: cannot be varied: nothing is published'],
  ],
  [
    'payload of a template',
    `${withStep('{ call: echo, text: hello }')}vary: { payload: [64B] }\n`,
    ['s.yaml:10:18: vary.payload: cannot be varied: the size of a text made from a template is its own'],
  ],
  [
    'payload of a ping',
    `${withStep('ping: true')}vary: { payload: [64B] }\n`,
    ['s.yaml:10:18: vary.payload: cannot be varied: nothing in the scenario carries a payload'],
  ],
  [
    'quick varies another key',
    `${GOOD}vary: { payload: [64B] }\nquick: { vary: { clients: [1] } }\n`,
    ['s.yaml:11:27: quick.vary.clients: expected payload, which the scenario varies'],
  ],
  [
    'quick varies where nothing does',
    `${GOOD}quick: { vary: { clients: [1] } }\n`,
    ['s.yaml:10:27: quick.vary.clients: expected nothing, since the scenario varies nothing'],
  ],
  [
    'quick varies in another form',
    withLoad('{ model: open, rate: 5/s }', 'vary: [{ clients: 1, rate: 5/s }]\nquick: { vary: { clients: [1] } }\n'),
    ['s.yaml:11:27: quick.vary.clients: expected a list of levels, which the scenario varies'],
  ],
  [
    'quick varies a list where there is an axis',
    `${GOOD}vary: { payload: [64B] }\nquick: { vary: [{ payload: 64B }] }\n`,
    ['s.yaml:11:16: quick.vary: expected payload, which the scenario varies'],
  ],
  [
    'a level of a list twice',
    `${GOOD}vary:\n  - { clients: 2, payload: 1KiB }\n  - { payload: 1024B, clients: 2, window: 2s }\n`,
    ['s.yaml:12:5: vary[1]: got 1KiB,2-clients again, expected another level'],
  ],
  [
    'levels that nothing would tell apart',
    `${GOOD}vary:\n  - {}\n  - { window: 2s }\n`,
    [
      's.yaml:11:5: vary[0]: expected a name, or something that is set beside the window',
      's.yaml:12:5: vary[1]: expected a name, or something that is set beside the window',
    ],
  ],
  [
    'a level of a list that sets what is not there',
    `${GOOD}vary:\n  - { clients: 2 }\n  - { clients: 3, publish-rate: 5/s }\nquick: { vary: [{ clients: 2, rate: 9/s }] }\n`,
    [
      's.yaml:12:33: vary[1].publish-rate: cannot be varied: nothing is published',
      's.yaml:13:37: quick.vary[0].rate: cannot be varied: a load of model closed has no rate',
    ],
  ],
  [
    'one direction of one',
    `${GOOD}vary: [{ only: calls }]\n`,
    ['s.yaml:10:16: vary[0].only: cannot be varied: nothing is published, so that there is one direction already'],
  ],
  [
    'one direction where nobody calls',
    `${HEAD}load: { model: none }\npublish: [{ topic: feed, rate: 5/s }]\nwindow: 1s\nvary: [{ only: pushes }]\n`,
    ['s.yaml:7:16: vary[0].only: cannot be varied: nobody calls, so that there is one direction already'],
  ],
  [
    'the rate of calls that the level has taken away',
    withLoad(
      '{ model: open, rate: 5/s }',
      'publish: [{ topic: feed, rate: 5/s }]\nvary: [{ only: pushes, rate: 9/s }]\n',
    ),
    ['s.yaml:11:30: vary[0].rate: cannot be varied: a load of model none has no rate'],
  ],
  [
    'a wait for what a level does not publish',
    `${withStep('wait-for: feed')}publish: [{ topic: feed, rate: 5/s }]\nvary: [{ only: calls }, { name: both }]\n`,
    [
      's.yaml:7:19: scripts[0].steps[0].wait-for: got "feed", expected a topic that is published (none) (at level calls)',
    ],
  ],
  [
    'a level with too few clients',
    withLoad(
      '{ model: closed }',
      'clients: 9\npublish:\n  - { topic: feed, rate: 5/s, subscribers: 5 }\nvary: { clients: [1, 9] }\n',
    ),
    ['s.yaml:12:44: publish[0].subscribers: got 5, expected at most 1, the number of clients (at level 1-clients)'],
  ],
];

describe('a scenario whose parts do not fit together is refused', () => {
  it.each(CASES)('%s', (_, text, lines) => {
    expect(problemsOf(text)).toEqual(lines);
  });

  it('a quick window is blamed on quick', () => {
    const text = withLoad('{ model: open, rate: 1000000/s }', 'quick: { window: 1h }\n');
    expect(problemsOf(text)).toEqual([
      's.yaml:8:28: load.rate: with --quick: got 1000000/s for 1h, expected at most 5000000 arrivals in a window',
    ]);
  });

  it('as many subscribers as clients are taken, one more is not', () => {
    const subscribed = (count: number): string =>
      withLoad('{ model: closed }', `clients: 2\npublish: [{ topic: feed, rate: 5/s, subscribers: ${count} }]\n`);
    expect(problemsOf(subscribed(2))).toEqual(['no error']);
    expect(problemsOf(subscribed(3))).toEqual([
      's.yaml:11:50: publish[0].subscribers: got 3, expected at most 2, the number of clients',
    ]);
  });

  it('a calendar that just fits is taken', () => {
    expect(problemsOf(withLoad('{ model: open, rate: 1000000/s }').replace('1s', '5s'))).toEqual(['no error']);
  });
});
