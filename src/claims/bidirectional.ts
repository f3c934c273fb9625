/** Prose: both sides at any time. */
import { defineUnjudged } from './define.ts';

/** Whether traffic in one direction holds up the other. */
export const bidirectional = defineUnjudged({
  kind: 'prose',
  id: 'bidirectional',
  label: 'Both ways at any time',
  claimed: 'Over a WebSocket either side sends whenever it likes, on one connection.',
  rule: 'True if requests of the server and notifications reach the client while its calls are in flight, and neither slows the other by more than 5 %.',
  needs: [{ scenario: 'bidirectional', metrics: [] }],
  wouldAnswer: 'requests of the server and notifications while calls are in flight',
});
