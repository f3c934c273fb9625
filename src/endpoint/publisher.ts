/** Publishes events by a calendar that does not wait for anybody. */
import type { Clock } from '../measure/clock.ts';
import { scheduleArrivals, TIMER_GRID_NS } from '../scenario/arrivals.ts';
import { derivedSeed } from '../scenario/random.ts';
import type { Publication } from '../scenario/scenario.ts';
import { type Bytes, type Nanoseconds, minus, nanoseconds, plus } from '../units.ts';
import type { PublishOrder, PublishReport } from './commands.ts';

/** Where events go: the server, or a test. */
export type Publish = (
  event: { readonly topic: string; readonly run: number; readonly sequence: number; readonly dueNs: Nanoseconds },
  payload: Bytes,
) => void;

/** Resolves when every publication's calendar has run out, or the signal ends it early. */
export async function runPublications(
  order: PublishOrder,
  publish: Publish,
  clock: Clock,
  signal: AbortSignal,
): Promise<PublishReport> {
  const reports = await Promise.all(
    order.publications.map((one, index) =>
      one === null ? Promise.resolve(NOTHING) : runOne(order, one, index, publish, clock, signal),
    ),
  );
  return {
    // One for each listener there should be: one that was cut off has lost the event, however many the server still knows.
    published: reports.reduce(
      (sum, { events }, index) => sum + events * (order.publications[index]?.subscribers ?? 0),
      0,
    ),
    events: reports.map(({ events }) => events),
    latestNs: nanoseconds(Math.max(0, ...reports.map((report) => report.latestNs))),
  };
}

/** What became of one publication. */
interface Emitted {
  readonly events: number;
  readonly latestNs: Nanoseconds;
}

const NOTHING: Emitted = { events: 0, latestNs: nanoseconds(0) };

function runOne(
  order: PublishOrder,
  publication: Publication,
  index: number,
  publish: Publish,
  clock: Clock,
  signal: AbortSignal,
): Promise<Emitted> {
  const { arrivals, ratePerSec, topic, payloadBytes } = publication;
  const { durationNs, run } = order;
  const offsets = scheduleArrivals({
    arrivals,
    ratePerSec,
    durationNs,
    seed: derivedSeed(order.seed, `publication ${index}`),
    gridNs: TIMER_GRID_NS,
  });
  let latestNs = 0;
  let sequence = 0;
  const emit = (dueNs: Nanoseconds): void => {
    latestNs = Math.max(latestNs, minus(clock.now(), dueNs));
    publish({ topic, run, sequence, dueNs }, payloadBytes);
    sequence += 1;
  };
  return new Promise((resolve) => {
    let cancel: () => void = () => undefined;
    // What is due after the end is not sent, and the end does not wait for it.
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve({ events: sequence, latestNs: nanoseconds(latestNs) });
    };
    const next = (): void => {
      const offset = offsets[sequence];
      if (offset === undefined || signal.aborted) {
        end();
        return;
      }
      const dueNs = plus(order.startNs, nanoseconds(offset));
      cancel = clock.at(dueNs, () => {
        emit(dueNs);
        next();
      });
    };
    signal.addEventListener('abort', end);
    next();
  });
}
