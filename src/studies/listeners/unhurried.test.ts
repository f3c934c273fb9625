import { expect, test } from 'vitest';
import { ManualClock } from '../../measure/clock.ts';
import type { MessageSink } from '../../mcp/contract.ts';
import { encodeNotification } from '../../mcp/jsonrpc.ts';
import { milliseconds } from '../../units.ts';
import { unhurried } from './unhurried.ts';

/** Notes what reaches it, and when. */
function noting(clock: ManualClock): { readonly sink: MessageSink; readonly noted: string[] } {
  const noted: string[] = [];
  const note = (what: string): void => void noted.push(`${what} at ${clock.now() / 1e6} ms`);
  const sink: MessageSink = {
    send: ({ method }) => note(method ?? '?'),
    cancel: (id) => {
      note(`cancel ${id}`);
      return true;
    },
    negotiated: note,
    listen: () => {
      note('listen');
      return Promise.resolve();
    },
  };
  return { sink, noted };
}

test('messages go one at a time, in order, with a pause before each', async () => {
  const clock = new ManualClock();
  const { sink, noted } = noting(clock);
  const calm = unhurried(sink, clock);
  calm.send(encodeNotification('one', {}));
  calm.send(encodeNotification('two', {}));
  void calm.listen?.();
  expect(noted).toEqual([]);
  await clock.advanceTo(milliseconds(100));
  expect(noted).toEqual(['one at 20 ms', 'two at 40 ms', 'listen at 60 ms']);
  calm.send(encodeNotification('three', {}));
  await clock.advanceTo(milliseconds(200));
  expect(noted.at(-1)).toBe('three at 120 ms');
});

test('what is not a message passes at once', () => {
  const clock = new ManualClock();
  const { sink, noted } = noting(clock);
  const calm = unhurried(sink, clock);
  calm.negotiated('2025-11-25');
  expect(calm.cancel(7, encodeNotification('cancelled', {}))).toBe(true);
  expect(noted).toEqual(['2025-11-25 at 0 ms', 'cancel 7 at 0 ms']);
});
