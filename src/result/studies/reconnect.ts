/** What one step of the study `reconnect` found: one client, cut off several times. */
import { z } from 'zod';

const ns = () => z.number();
const whole = () => z.int().min(0);
/** Code that opens something again: the client's library, code that an application has to bring, or none. */
const by = () => z.enum(['library', 'application', 'nobody']);

const cut = z.object({
  back: z.boolean().describe('Events came again.'),
  reconnectedBy: by().describe('Who opened a connection again.'),
  session: z.enum(['kept', 'opened-again', 'lost']).describe('What became of the MCP session and its subscription.'),
  sessionBy: by().describe('Who opened it again.'),
  noticedNs: ns().nullable().describe('From the cut until the client was told; null when it never was.'),
  attempts: whole().describe('Connections that it tried to open.'),
  policyNs: ns().describe('What of the time was waiting that the client’s retry policy imposed, over all attempts.'),
  openNs: ns().nullable().describe('From the cut until a stream was open again; null when none was.'),
  firstEventNs: ns().nullable().describe('From the cut until the first event after it; null when none came.'),
  publishedWhileAway: whole().describe(
    'Published after the cut and before anything crossed the wire to the client again.',
  ),
  skipped: whole().describe(
    'Published after the cut and numbered below the first event that crossed the wire again: the gap.',
  ),
});

export const data = z.object({
  eventEveryNs: ns().describe('Between two events: no first event is known more exactly.'),
  /** A stated wait, or the client's own default where it is `null`. */
  retryNs: ns().nullable().describe('The wait that was stated; null where the client used its own.'),
  limitNs: ns().describe('How long was waited for the client to come back.'),
  cuts: z.array(cut),
  survived: whole().describe('Silences that a connection outlived, where a hop ends what is silent.'),
  books: z
    .object({
      due: whole().describe('Called for by the calendar.'),
      withheld: whole().describe('Due while there was no server to publish them.'),
      published: whole(),
      received: whole().describe('Different ones.'),
      lost: whole(),
      duplicated: whole(),
      reordered: whole(),
      gap: whole().describe('Of those lost, the ones that were published in the gaps as the wire shows them.'),
    })
    .refine(({ published, received, lost, gap }) => published === received + lost && gap <= lost, {
      error: 'books that balance: published = received + lost, and no more lost in the gaps than lost at all',
    }),
});
