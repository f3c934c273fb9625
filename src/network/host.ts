/** The relay as its process runs it. */
import type { Handlers } from '../child/serve.ts';
import type { Clock } from '../measure/clock.ts';
import { nanoseconds } from '../units.ts';
import type { Alarm } from './alarm.ts';
import type { RelayCommands } from './commands.ts';
import { DelayLine } from './delay-line.ts';
import { Relay } from './relay.ts';

export function relayHandlers(clock: Clock, alarm: Alarm): Handlers<RelayCommands> {
  const line = new DelayLine(clock, alarm);
  const relay = new Relay(line);
  return {
    open: async ({ targetPort }) => ({ port: await relay.open(targetPort) }),
    delay: ({ oneWayNs }) => {
      line.setDelay(oneWayNs);
      return undefined;
    },
    read: () => {
      const lateness = line.takeLateness();
      const quantile = (q: number) => lateness.valueAtQuantile(q) ?? nanoseconds(0);
      return { chunks: lateness.count, p50Ns: quantile(0.5), p99Ns: quantile(0.99), maxNs: lateness.maxNs };
    },
  };
}
