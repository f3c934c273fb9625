import { beforeEach, describe, expect, it } from 'vitest';
import { Reopening } from './reopening.ts';

let reopened: number;
let problems: string[];
let next: () => Promise<void>;
let reopening: Reopening;

beforeEach(() => {
  reopened = 0;
  problems = [];
  next = () => Promise.resolve();
  reopening = new Reopening({
    reopen: () => {
      reopened += 1;
      return next();
    },
    giveUp: (reason) => void problems.push(reason),
  });
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function lose(times: number): Promise<void> {
  for (let loss = 0; loss < times; loss += 1) {
    reopening.lost();
    await settled();
  }
}

describe('a lost session', () => {
  it('is opened again, and counted when it is open', async () => {
    reopening.lost();
    expect([reopened, reopening.count]).toEqual([1, 0]);
    await settled();
    expect([reopened, reopening.count, problems]).toEqual([1, 1, []]);
  });

  it('may be lost as often as it likes, with answers in between', async () => {
    for (let loss = 0; loss < 20; loss += 1) {
      await lose(1);
      reopening.works();
    }
    expect([reopening.count, problems]).toEqual([20, []]);
  });

  it('is given up at the fourth time in a row', async () => {
    await lose(3);
    expect(problems).toEqual([]);
    await lose(1);
    expect([reopened, problems]).toEqual([3, ['the server ended the session 4 times and said nothing in between']]);
  });

  it('answers to the opening itself do not count as answers', async () => {
    next = () => {
      reopening.works();
      return Promise.resolve();
    };
    await lose(4);
    expect(problems).toHaveLength(1);
  });

  it('is given up when it is lost while it is being opened, or cannot be', async () => {
    next = () => Promise.reject(new Error('initialize: no'));
    await lose(1);
    next = () => new Promise(() => undefined);
    await lose(2);
    expect(problems).toEqual([
      'the server ended the session, and it could not be opened again: initialize: no',
      'the server ended the session while it was being opened again',
    ]);
    expect(reopening.count).toBe(0);
  });
});
