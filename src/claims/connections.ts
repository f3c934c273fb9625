/** Prose: many connections at once. */
import { defineUnjudged } from './define.ts';

/** Whether one connection can stand for many. */
export const h2Multiplexing = defineUnjudged({
  kind: 'prose',
  id: 'h2-multiplexing',
  label: 'HTTP/2 multiplexing',
  claimed: 'One HTTP/2 connection carries many SSE streams, so holding streams to several servers is cheap.',
  rule: 'True if any number of streams takes one socket and a quiet stream is not slowed down by a busy neighbour.',
  needs: [{ scenario: 'multiplexing', metrics: [] }],
  wouldAnswer: '1, 10 and 100 streams over HTTP/1.1, HTTP/2 and WebSocket',
});
