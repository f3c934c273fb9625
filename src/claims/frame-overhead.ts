/** Prose: bytes beyond the message. */
import type { Arm } from '../scenario/plan.ts';
import type { CellSummary, Estimate, Summary } from '../stats/summary.ts';
import { defineClaim, type Evidence } from './define.ts';
import { cellLabel, cellsOf, estimateOf, estimatesOf, extremes, whyNoEstimate } from './evidence.ts';
import { percent, size, sizeRange } from './quantity.ts';
import { everyTruth, type Part, type Truth, verdictOf, withNote } from './verdict.ts';

/** The smallest and largest header that a WebSocket frame can have. */
const FRAME = { least: 2, most: 14 } as const;
const UP = 'overhead-up-per-message';
const DOWN = 'overhead-down-per-message';

/** Every size decides: WebSocket both ways within the frame header's range, SSE above it for what the client sends. */
export const frameOverhead = defineClaim({
  kind: 'prose',
  id: 'frame-overhead',
  label: 'Frame overhead',
  claimed: 'A WebSocket frame adds 2 to 14 bytes to a message, HTTP adds its headers to each one.',
  rule: 'For every size of payload-sizes: WebSocket is true if wire bytes beyond the JSON are 2 to 14 per message in both directions; SSE is true if they are more than 14 per message from client to server.',
  needs: [{ scenario: 'payload-sizes', metrics: [UP, DOWN] }],
  wouldAnswer: 'the payload-sizes scenario',
  looksAt: 'cells',
  measure: (summary, arm) => {
    const cells = cellsOf(summary, 'payload-sizes');
    const up = extremes(estimatesOf(cells, arm.id, UP));
    const down = extremes(estimatesOf(cells, arm.id, DOWN));
    if (up === undefined || down === undefined) return [];
    return [`up ${sizeRange(up.low, up.high)}, down ${sizeRange(down.low, down.high)} per message beyond the JSON`];
  },
  judge: (evidence) => {
    const parts = evidence
      .cells('payload-sizes')
      .flatMap((cell) => [ofFrames(cell, evidence), ofHeaders(cell, evidence)]);
    return withNote(verdictOf(parts), weightNote(evidence));
  },
});

function ofFrames(cell: CellSummary, { summary, websocket }: Evidence): Part {
  const both = [UP, DOWN] as const;
  const holds = everyTruth(both.map((metric) => truthOf(estimateOf(cell, websocket.id, metric), isFrameSized)));
  return {
    of: `WebSocket ${cellLabel(cell)}`,
    holds,
    seen: holds === undefined ? gapOf(summary, cell, websocket) : '',
  };
}

function ofHeaders(cell: CellSummary, { summary, sse }: Evidence): Part {
  const holds = truthOf(estimateOf(cell, sse.id, UP), isMoreThanAFrame);
  return { of: `SSE ${cellLabel(cell)}`, holds, seen: holds === undefined ? gapOf(summary, cell, sse) : '' };
}

const gapOf = (summary: Summary, cell: CellSummary, arm: Arm): string =>
  estimateOf(cell, arm.id, UP) === undefined ? whyNoEstimate(summary, cell, arm.id, UP) : '';

const truthOf = (estimate: Estimate | undefined, rule: (estimate: Estimate) => Truth): Truth =>
  estimate === undefined ? undefined : rule(estimate);

function isFrameSized({ low, high }: Estimate): Truth {
  if (low >= FRAME.least && high <= FRAME.most) return true;
  return high < FRAME.least || low > FRAME.most ? false : undefined;
}

function isMoreThanAFrame({ low, high }: Estimate): Truth {
  if (low > FRAME.most) return true;
  return high <= FRAME.most ? false : undefined;
}

/** What SSE adds to a client's message, as a share of it, where it weighs most and where least. */
function weightNote({ cells, sse }: Evidence): string {
  const weights = cells('payload-sizes').flatMap((cell) => {
    const added = estimateOf(cell, sse.id, UP);
    const payload = estimateOf(cell, sse.id, 'payload-up-per-message');
    return added === undefined || payload === undefined
      ? []
      : [{ bytes: payload.value, share: added.value / payload.value }];
  });
  const sorted = weights.toSorted((a, b) => a.bytes - b.bytes);
  const [smallest, largest] = [sorted[0], sorted.at(-1)];
  if (smallest === undefined || largest === undefined) return '';
  return `over SSE a message of ${size(smallest.bytes)} grows by ${percent(smallest.share)}, one of ${size(largest.bytes)} by ${percent(largest.share)}`;
}
