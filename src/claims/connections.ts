/** Row and prose: many connections at once. */
import { defineUnjudged } from './define.ts';

/** How many a client may open. */
export const maxConnections = defineUnjudged({
  kind: 'row',
  id: 'max-connections',
  label: 'Maximum Concurrent Connections (per origin)',
  claimed: { sse: '~6 (HTTP/1.1), high (HTTP/2 and 3)', websocket: 'Very high (limited by server resources)' },
  rule: 'SSE: true if a browser stops at six streams over HTTP/1.1 and not over HTTP/2. WebSocket: true if only a budget of memory or descriptors stops it.',
  needs: [{ scenario: 'max-connections', metrics: [] }],
  wouldAnswer: 'a real browser that opens streams until it refuses',
});

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
