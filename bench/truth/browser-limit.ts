/** What a browser allows is what a bare server sees it do. */
import { monotonicClock } from '#dist/measure/clock.js';
import { findBrowser } from '#dist/studies/connection-limits/browser.js';
import { study as connectionLimits } from '#dist/studies/connection-limits/index.js';
import { bytes, seconds } from '#dist/units.js';
import { streamsOfBrowser } from '../support/browser.js';
import { line } from '../support/lines.js';
import { SEED } from './common.js';

/** The browser's limit is one integer, however it is asked and whoever counts. */
export async function browserLimit(): Promise<void> {
  const program = findBrowser(undefined);
  if (program === undefined) {
    console.log('NOT RUN  the limit of a browser: apt-get install chromium');
    return;
  }
  const byHand = await streamsOfBrowser(program);
  for (const repetition of [1, 2, 3]) {
    const { opened, atServer } = await limitOverHttp1();
    line(
      `event streams over HTTP/1.1 that a browser opens, time ${repetition}`,
      `${byHand} (a bare server counted)`,
      `${opened} by the page, ${atServer} by the server`,
      opened === byHand && atServer === byHand,
    );
  }
}

async function limitOverHttp1(): Promise<{ readonly opened: number; readonly atServer: number }> {
  const outcome = await connectionLimits.measure(
    { client: 'browser', stream: 'sse', http: '1.1' },
    {
      settings: { streams: 30, allowed: [1], patience: seconds(1), connections: 1, addresses: 1, memory: bytes(1) },
      arms: [],
      repetition: 0,
      seed: SEED,
      readyTimeoutNs: seconds(10),
      browser: undefined,
      clock: monotonicClock(),
    },
  );
  if (outcome.status !== 'measured') throw new Error(JSON.stringify(outcome));
  return outcome.data;
}
