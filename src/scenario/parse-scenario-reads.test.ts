import { describe, expect, it } from 'vitest';
import { parseScenario } from './parse-scenario.ts';

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

const withStep = (step: string): string => `${HEAD}scripts:\n  - name: ask\n    steps:\n      - ${step}\n${TAIL}`;

describe('parseScenario reads', () => {
  const draftOf = (text: string) => parseScenario(text, 's.yaml').draft;

  it('the smallest file, with every default', () => {
    expect(draftOf(GOOD)).toEqual({
      name: 'tool-calls',
      title: 'A title',
      shows: 'What it shows.',
      clients: 1,
      scripts: [
        {
          name: 'ask',
          weight: 1,
          steps: [
            {
              kind: 'call',
              tool: 'echo',
              argument: { kind: 'filler', bytes: 64 },
              answerBytes: 0,
              delayNs: 0,
              progressSteps: 0,
              misbehaviour: undefined,
            },
          ],
        },
      ],
      load: { kind: 'closed', thinkNs: 0 },
      publish: [],
      warmup: { timeNs: 300e6, calls: undefined },
      window: { timeNs: 1e9, calls: undefined },
      timeoutNs: 5e9,
      stall: undefined,
    });
  });

  it('JSON, since that is YAML', () => {
    const text = JSON.stringify({
      name: 'a',
      title: 'b',
      shows: 'c',
      load: { model: 'none' },
      publish: [{ topic: 'feed', rate: '30/min' }],
      window: { time: '1s' },
    });
    expect(draftOf(text).publish).toEqual([
      { topic: 'feed', arrivals: 'poisson', ratePerSec: 0.5, payloadBytes: 128, subscribers: 'all' },
    ]);
  });

  it('every kind of step', () => {
    const steps = [
      'call: produce\n        send: 32B\n        receive: 2KiB',
      'call: delay\n        wait: 5ms',
      'call: progress\n        steps: 5',
      'call: misbehave\n        how: wrong-id',
      'call: fail\n        text: "ticket {{sequence}} of {{ client }}{{filler:64B}}"',
      'ping: true',
      'think: 5ms',
      'wait-for: feed',
    ];
    const text = `${withStep(steps.join('\n      - '))}publish: [{ topic: feed, rate: 5 }]\n`;
    expect(draftOf(text).scripts[0]?.steps).toMatchObject([
      { tool: 'produce', argument: { kind: 'filler', bytes: 32 }, answerBytes: 2048 },
      { tool: 'delay', delayNs: 5e6 },
      { tool: 'progress', progressSteps: 5 },
      { tool: 'misbehave', misbehaviour: 'wrong-id' },
      {
        tool: 'fail',
        argument: {
          kind: 'template',
          parts: [
            { kind: 'text', text: 'ticket ' },
            { kind: 'sequence' },
            { kind: 'text', text: ' of ' },
            { kind: 'client' },
            { kind: 'filler', bytes: 64 },
          ],
        },
      },
      { kind: 'ping' },
      { kind: 'think', thinkNs: 5e6 },
      { kind: 'wait', topic: 'feed', timeoutNs: 1e9 },
    ]);
  });

  it('both phases with a time and a number of calls', () => {
    const { warmup, window } = draftOf(
      GOOD.replace('window: 1s', 'window: { time: 1m, calls: 10 }\nwarmup: { calls: 5 }'),
    );
    expect([warmup, window]).toEqual([
      { timeNs: undefined, calls: 5 },
      { timeNs: 60e9, calls: 10 },
    ]);
  });

  it('an alias as what it names', () => {
    const text = GOOD.replace('window: 1s', 'window: &long { time: 2s }\nwarmup: *long');
    expect(draftOf(text).warmup).toEqual({ timeNs: 2e9, calls: undefined });
  });
});
