/** Prose: many connections at once. */
import { defineUnjudged } from './define.ts';

/** What an open connection costs the server. */
export const manyListeners = defineUnjudged({
  kind: 'prose',
  id: 'many-listeners',
  label: 'Many listeners',
  claimed: 'Dozens of listeners cost a server next to nothing over SSE, and less than over WebSockets.',
  rule: 'True if memory and CPU per open connection are clearly lower over SSE, idle and while receiving.',
  needs: [{ scenario: 'listeners', metrics: [] }],
  wouldAnswer: 'memory and CPU of the endpoint over a growing number of listeners',
});

/** Which suits those who only listen. */
export const passiveListener = defineUnjudged({
  kind: 'prose',
  id: 'passive-listener',
  label: 'Passive listeners',
  claimed: 'SSE suits those who only listen better: dashboards, change feeds, updates of records.',
  rule: 'True if SSE is not worse by more than 5 % in delivery latency, CPU and bytes per update, and loses no more when cut off.',
  needs: [{ scenario: 'listeners', metrics: [] }],
  wouldAnswer: 'delivery latency, CPU and bytes per update to many listeners, one of them cut off',
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
