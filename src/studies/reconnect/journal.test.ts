import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../measure/clock.ts';
import { milliseconds } from '../../units.ts';
import { Journal } from './journal.ts';

const at = milliseconds;

function begun(): { readonly clock: ManualClock; readonly journal: Journal } {
  const clock = new ManualClock();
  const journal = new Journal(clock, () => undefined);
  journal.asks('library');
  journal.open();
  journal.session('application');
  for (let sequence = 0; sequence < 5; sequence += 1) journal.event(sequence, clock.now());
  return { clock, journal };
}

describe('what a client tells after a cut', () => {
  it('becomes times from the cut on, with what its policy made it wait apart', async () => {
    const { clock, journal } = begun();
    await clock.advanceTo(at(100));
    journal.cut(5);
    await clock.advanceTo(at(103));
    journal.lost();
    await clock.advanceTo(at(353));
    journal.asks('library');
    await clock.advanceTo(at(360));
    journal.open();
    journal.crossed(5, 18);
    journal.event(5, at(361));
    expect(journal.close(20)).toEqual({
      back: true,
      reconnectedBy: 'library',
      session: 'kept',
      sessionBy: 'nobody',
      noticedNs: at(3),
      attempts: 1,
      policyNs: at(250),
      openNs: at(260),
      firstEventNs: at(261),
      publishedWhileAway: 13,
      skipped: 0,
    });
  });

  it('adds up the waits before every try, and not the time that a try takes', async () => {
    const { clock, journal } = begun();
    journal.cut(5);
    journal.lost();
    await clock.advanceTo(at(250));
    journal.asks('application');
    await clock.advanceTo(at(290));
    journal.lost();
    await clock.advanceTo(at(540));
    journal.asks('application');
    journal.open();
    journal.session('application');
    journal.crossed(9, 10);
    journal.event(9, at(550));
    expect(journal.close(10)).toMatchObject({
      attempts: 2,
      policyNs: at(500),
      noticedNs: 0,
      firstEventNs: at(550),
      session: 'opened-again',
      sessionBy: 'application',
      skipped: 4,
    });
  });

  it('counts no wait twice when it asks again without having lost anything', async () => {
    const { clock, journal } = begun();
    journal.cut(5);
    journal.lost();
    await clock.advanceTo(at(100));
    journal.asks('application');
    await clock.advanceTo(at(150));
    journal.asks('application');
    journal.event(5, at(151));
    expect(journal.close(6)).toMatchObject({ attempts: 2, policyNs: at(100) });
  });

  it('does not take for a return what was still on its way', async () => {
    const { clock, journal } = begun();
    journal.cut(6);
    await clock.advanceTo(at(1));
    journal.event(5, clock.now());
    expect(journal.back).toBe(false);
    journal.asks('library');
    journal.event(6, at(2));
    expect(journal.back).toBe(true);
  });

  it('says that nobody was back, and counts all that was published since as the gap', () => {
    const { journal } = begun();
    journal.cut(5);
    expect(journal.close(55)).toMatchObject({
      back: false,
      reconnectedBy: 'nobody',
      session: 'lost',
      noticedNs: null,
      openNs: null,
      firstEventNs: null,
      publishedWhileAway: 50,
      skipped: 50,
    });
  });

  it('tells a stream that was open again from events that came', async () => {
    const { clock, journal } = begun();
    journal.cut(5);
    journal.lost();
    journal.asks('library');
    await clock.advanceTo(at(4));
    journal.open();
    expect(journal.close(6)).toMatchObject({ back: false, reconnectedBy: 'library', openNs: at(4), session: 'lost' });
  });

  it('begins the next chapter with nothing of the last', () => {
    const { journal } = begun();
    journal.cut(5);
    journal.lost();
    journal.asks('library');
    journal.event(5, at(1));
    journal.close(6);
    expect(journal.steady).toBe(0);
    journal.cut(6);
    expect(journal.close(6)).toMatchObject({ back: false, attempts: 0, noticedNs: null, policyNs: 0 });
  });
});
