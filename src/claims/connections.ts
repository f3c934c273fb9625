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
