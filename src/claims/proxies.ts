/** Row and prose: what stands between client and server. */
import { defineUnjudged } from './define.ts';

/** How many proxies let each through as they come. */
export const proxyCompatibility = defineUnjudged({
  kind: 'row',
  id: 'proxy-compatibility',
  label: 'Firewall/Proxy Compatibility',
  claimed: { sse: 'High (uses standard HTTP ports)', websocket: 'Medium (may require specific rules)' },
  rule: 'High: at least 80 % of the proxies pass events in time as they come, without configuration; medium: 50 to 80 %.',
  needs: [{ scenario: 'proxies', metrics: [] }],
  wouldAnswer: 'both through real proxies, with default and tuned configuration',
});

/** Whether middle boxes that keep state break one and not the other. */
export const statefulProxies = defineUnjudged({
  kind: 'prose',
  id: 'stateful-proxies',
  label: 'Stateful proxies',
  claimed: 'Proxies and firewalls that keep state make WebSockets harder to operate.',
  rule: 'True if WebSocket fails where SSE passes, with equal heartbeats.',
  needs: [{ scenario: 'idle-proxies', metrics: [] }],
  wouldAnswer: 'idle timeouts, stripped upgrades and rebalancing, with equal heartbeats',
});
