/** Row and prose: what happens after the connection is lost. */
import { defineUnjudged } from './define.ts';

/** Whether a stock client comes back by itself, and what it missed. */
export const reconnection = defineUnjudged({
  kind: 'row',
  id: 'reconnection',
  label: 'Built-in Reconnection',
  claimed: { sse: 'yes (event-id tracking)', websocket: 'no' },
  rule: 'SSE: true if the stock client reconnects without code of the application and, with replay on the server, loses nothing. WebSocket: true if the stock client does not reconnect.',
  needs: [{ scenario: 'reconnect', metrics: [] }],
  wouldAnswer: 'a forced cut in mid-stream with the stock client of each',
});

/** Whether that makes a session robust where the network is not. */
export const selfHealing = defineUnjudged({
  kind: 'prose',
  id: 'self-healing',
  label: 'Self-healing',
  claimed: 'Because it reconnects, SSE is robust where the network is not.',
  rule: 'True if, over a schedule of cuts and silent losses, SSE recovers sooner than WebSocket with an equal retry delay, and loses no more.',
  needs: [{ scenario: 'unstable-network', metrics: [] }],
  wouldAnswer: 'recovery time and loss over a schedule of cuts, silent losses and half-open sockets',
});
