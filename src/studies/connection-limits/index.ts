/** How many streams to one origin a client opens, and what stops it: a browser, and Node's usual clients. */
import { milliseconds, type Nanoseconds, nanoseconds, plus, seconds } from '../../units.ts';
import type { Study, StudyOrder } from '../contract.ts';
import { measureInBrowser } from './in-browser.ts';
import { measureInNode } from './in-node.ts';
import { subjectOf, type Way, wayOf, waysOf } from './ways.ts';

/** Starting, ending, and what a busy machine adds. */
const AROUND_NS = seconds(30);
/** Of these, what a browser may take until its page runs. */
const PAGE_NS = seconds(15);
/** A browser lets the handshakes of WebSockets wait for one another. */
const PER_STREAM_NS = milliseconds(60);
const PER_SESSION_NS = milliseconds(30);

type Order = StudyOrder<'connection-limits'>;

export const study: Study<'connection-limits'> = {
  name: 'connection-limits',
  subjects: ({ settings }) => waysOf(settings.allowed).map(subjectOf),
  limitNs: (order, subject) => plus(AROUND_NS, workNs(order, wayOf(subject, order.settings.allowed))),
  measure: (subject, context) => {
    const way = wayOf(subject, context.settings.allowed);
    return way.client === 'browser'
      ? measureInBrowser(way, context, plus(PAGE_NS, workNs(context, way)))
      : measureInNode(way, context);
  },
};

/** How long the streams, and three waits, may take. */
function workNs({ settings }: Order, { client }: Way): Nanoseconds {
  const ofStreams = client === 'browser' ? settings.streams * PER_STREAM_NS : settings.connections * PER_SESSION_NS;
  return nanoseconds(ofStreams + 3 * settings.patience);
}
