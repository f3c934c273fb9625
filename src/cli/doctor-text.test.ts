import { describe, expect, it } from 'vitest';
import type { Check } from '../doctor/check.ts';
import type { Precision } from '../doctor/precision.ts';
import { checksText, precisionsText } from './doctor-text.ts';

const check = (name: string, word: Check['word'], todo = ''): Check => ({
  name,
  word,
  saw: `${name} saw`,
  means: 'it means',
  todo,
});

describe('checksText', () => {
  it('has one entry for each, what to do below it, and what all of it comes to', () => {
    expect(checksText([check('cores', 'ok'), check('load', 'doubt', 'end it'), check('pauses', 'doubt')])).toBe(
      [
        'ok      cores   cores saw: it means',
        'doubt   load    load saw: it means',
        '                → end it',
        'doubt   pauses  pauses saw: it means',
        '',
        'This machine can measure, but times measured here should decide nothing: load, pauses. Bytes, round',
        'trips and whatever else is counted are safe.',
        '',
      ].join('\n'),
    );
  });

  it('says when it cannot measure, and when nothing speaks against it', () => {
    expect(checksText([check('Node', 'cannot')])).toContain('This machine cannot measure: Node.');
    expect(checksText([check('cores', 'note')])).toContain('This machine can measure. How small');
  });

  it('keeps what a machine says of itself from moving the cursor', () => {
    expect(checksText([{ ...check('virtualisation', 'note'), saw: 'a\u001b[2Jb' }])).not.toContain('\u001b');
  });
});

const precision = (special: Partial<Precision> = {}): Precision => ({
  armId: 'websocket',
  metric: 'response-time.p50',
  pairs: 10,
  spread: 0.03,
  halfWidths: [{ pairs: 12, share: 0.019 }],
  smallestDetectable: 1.016,
  margin: 0.05,
  word: 'equivalent',
  ...special,
});

describe('precisionsText', () => {
  const all: readonly Precision[] = [
    precision(),
    precision({ metric: 'response-time.p99', smallestDetectable: 1.2, margin: 0.1, word: 'inconclusive' }),
    precision({ metric: 'endpoint-cpu-per-message', word: 'slower' }),
  ];

  it('is a table, then what equals came out as, what may decide, and what is not known', () => {
    const text = precisionsText(all, ['websocket']);
    expect(text).toMatch(/^10 pairs of equals:\narm +metric +spread +± at 12 +seen from +margin +equals come out\n/);
    expect(text).toMatch(/websocket +response-time\.p50 +3 % +1\.9 % +1\.6 % +5 % +equivalent\n/);
    const flat = text.replaceAll(/\s+/g, ' ');
    expect(flat).toContain('slower (they must not)');
    expect(flat).toContain('Equals came out as different (endpoint-cpu-per-message of websocket)');
    expect(flat).toContain('even with 30 pairs: response-time.p99 of websocket.');
    expect(flat).toContain('Not known here, for want of calls in a trial: wire-up-per-message of websocket, wire-down');
  });

  it('says that all is well where it is', () => {
    const metrics = ['response-time.p50', 'response-time.p99', 'endpoint-cpu-per-message'] as const;
    const bytes = ['wire-up-per-message', 'wire-down-per-message'] as const;
    const text = precisionsText(
      [...metrics, ...bytes].map((metric) => precision({ metric })),
      ['websocket'],
    );
    expect(text).toContain('Equals come out as equals, as they must.');
    expect(text).toContain('Every one of these metrics may decide here');
    expect(text).not.toContain('Not known');
    expect(precisionsText([], ['websocket'])).toContain('there is no precision to tell');
  });
});
