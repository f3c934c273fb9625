/** Waits for the last bytes of what has been answered: the end of a response, an acknowledgement, a ticket. */
import { type Clock, until } from '../measure/clock.ts';
import { type NetworkProfile, NETWORKS } from '../scenario/network.ts';
import type { WireCounts } from '../transports/contract.ts';
import { milliseconds, plus } from '../units.ts';

/** The wire is quiet when nothing has crossed it for this long. */
const QUIET_NS = milliseconds(4);
const LOOKS = 100;

/** Resolves with the counts when they have stood still for a while, and for a round trip of the network that they cross, or after a hundred looks. */
export async function quietWire(
  wire: () => WireCounts,
  clock: Clock,
  network: NetworkProfile = 'lo',
): Promise<WireCounts> {
  let before = wire();
  const silenceNs = plus(QUIET_NS, NETWORKS[network].roundTripNs);
  for (let look = 0; look < LOOKS; look += 1) {
    await until(clock, plus(clock.now(), silenceNs));
    const now = wire();
    if (now.upBytes === before.upBytes && now.downBytes === before.downBytes) return now;
    before = now;
  }
  return before;
}
