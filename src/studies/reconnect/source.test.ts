import { describe, expect, it } from 'vitest';
import { type Clock, ManualClock } from '../../measure/clock.ts';
import { milliseconds } from '../../units.ts';
import { Source } from './source.ts';

function started(emit: (sequence: number) => Promise<unknown> = () => Promise.resolve()) {
  const clock = new ManualClock();
  const emitted: number[] = [];
  let changes = 0;
  const source = new Source({
    clock,
    everyNs: milliseconds(20),
    emit: (sequence) => {
      emitted.push(sequence);
      return emit(sequence);
    },
    onChange: () => (changes += 1),
  });
  source.start();
  return { clock, source, emitted, changes: () => changes };
}

describe('the source of numbered events', () => {
  it('keeps its calendar, and numbers what is published', async () => {
    const { clock, source, emitted, changes } = started();
    await clock.advanceTo(milliseconds(100));
    expect(emitted).toEqual([0, 1, 2, 3, 4, 5]);
    expect([source.due, source.published, source.quiet, changes()]).toEqual([6, 6, true, 6]);
  });

  it('numbers nothing while there is no server, and counts what fell due', async () => {
    const { clock, source, emitted } = started();
    await clock.advanceTo(milliseconds(10));
    source.withholding = true;
    await clock.advanceTo(milliseconds(70));
    source.withholding = false;
    await clock.advanceTo(milliseconds(100));
    expect(emitted).toEqual([0, 1, 2]);
    expect([source.due, source.withheld, source.published]).toEqual([6, 3, 3]);
  });

  it('owes nothing for a pause', async () => {
    const { clock, source } = started();
    await clock.advanceTo(milliseconds(1));
    source.pause();
    await clock.advanceTo(milliseconds(500));
    expect(source.due).toBe(1);
    source.start();
    await clock.advanceTo(milliseconds(501));
    expect(source.due).toBe(2);
  });

  it('does at once what is overdue, and can still be paused', async () => {
    const manual = new ManualClock();
    // As the real clock has it: what is due is called back before `at` returns.
    const clock: Clock = {
      now: () => manual.now(),
      at: (instant, callback) => {
        if (instant > manual.now()) return manual.at(instant, callback);
        callback();
        return () => undefined;
      },
    };
    const source = new Source({
      clock,
      everyNs: milliseconds(20),
      emit: () => Promise.resolve(),
      onChange: () => undefined,
    });
    source.start();
    source.pause();
    await manual.advanceTo(milliseconds(100));
    expect(source.due).toBe(1);
  });

  it('is not quiet before the endpoint has said that it has published', async () => {
    let done: () => void = () => undefined;
    const { clock, source } = started(() => new Promise<void>((resolve) => (done = resolve)));
    await clock.advanceTo(milliseconds(1));
    expect(source.quiet).toBe(false);
    done();
    await clock.advanceTo(milliseconds(2));
    expect(source.quiet).toBe(true);
  });

  it('keeps the first failure', async () => {
    const { clock, source } = started((sequence) => Promise.reject(new Error(`no endpoint for ${sequence}`)));
    await clock.advanceTo(milliseconds(40));
    expect(source.failure?.message).toBe('no endpoint for 0');
    expect(source.published).toBe(0);
  });
});
