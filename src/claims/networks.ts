/** Claims about time, put to every network that a run has emulated. */
import { articlePairs, type ArticlePair } from '../scenario/article-sides.ts';
import { type NetworkProfile, NETWORKS, networkWords } from '../scenario/network.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Nanoseconds } from '../units.ts';
import type { Judgement } from './claim.ts';
import { type Truth, verdictOf, withNote } from './verdict.ts';

/** Both sides over one network. */
export interface OverNetwork extends ArticlePair {
  readonly profile: NetworkProfile;
  readonly roundTripNs: Nanoseconds;
  /** `wan (40 ms)`. */
  readonly name: string;
}

/** In order of their round trips, loopback among them. */
export const overNetworks = (arms: readonly Arm[]): readonly OverNetwork[] =>
  articlePairs(arms)
    .map((pair) => {
      const profile = pair.sse.variant.network;
      return { ...pair, profile, roundTripNs: NETWORKS[profile].roundTripNs, name: networkWords(profile) };
    })
    .toSorted((a, b) => a.roundTripNs - b.roundTripNs);

/** Where a pair ran, as far as it limits what a latency means. */
export const placeNote = ({ profile, name }: Pick<OverNetwork, 'profile' | 'name'>): string =>
  profile === 'lo' ? 'on loopback, without a network' : `over ${name}`;

/** A condition that WebSocket is said to meet, and that tells the two apart only where SSE does not. */
export interface NetworkTest {
  readonly holds: (arm: Arm) => Truth;
  /** What was seen of an arm, in a few words. */
  readonly seen: (arm: Arm) => string;
  /** What to say where SSE meets it as well. */
  readonly sameOfSse: string;
  /** What a side does up to its largest round trip: `below 50 ms`. */
  readonly meets: string;
}

/** Over one network its verdict; over several, where it holds and up to which round trip. */
export function judgeOverNetworks(networks: readonly OverNetwork[], test: NetworkTest): Judgement {
  const [only, ...more] = networks;
  if (only !== undefined && more.length === 0) return judgeOverOne(only, test);
  const parts = networks.map(({ name, sse, websocket }) => ({
    of: name,
    holds: test.holds(websocket),
    seen: `WebSocket ${test.seen(websocket)}, SSE ${test.seen(sse)}`,
  }));
  const holding = networks.filter(({ websocket }) => test.holds(websocket) === true);
  const verdict = verdictOf(parts);
  const told = tellsApart(holding.map(({ sse }) => test.holds(sse)));
  const judged = holding.length === 0 ? verdict : { ...verdict, discriminates: told !== false };
  const open = holding.length > 0 && told === undefined ? UNTOLD : '';
  return withNote(withNote(judged, open), reachNote(networks, test));
}

function judgeOverOne(network: OverNetwork, { holds, sameOfSse }: NetworkTest): Judgement {
  const verdict = verdictOf([{ of: 'WebSocket', holds: holds(network.websocket), seen: '' }]);
  if (holds(network.websocket) !== true) return withNote(verdict, placeNote(network));
  const told = tellsApart([holds(network.sse)]);
  const judged = withNote({ ...verdict, discriminates: told !== false }, told === false ? sameOfSse : '');
  return withNote(withNote(judged, told === undefined ? UNTOLD : ''), placeNote(network));
}

const UNTOLD = 'whether it tells them apart is undecided, for SSE is too close to the limit';

/** Of what SSE does where WebSocket meets the condition: one failure tells them apart; what is not known does not. */
function tellsApart(ofSse: readonly Truth[]): Truth {
  if (ofSse.includes(false)) return true;
  return ofSse.includes(undefined) ? undefined : false;
}

/** Up to which round trip each side meets the condition, counted from the smallest without a gap. */
function reachNote(networks: readonly OverNetwork[], { holds, meets }: NetworkTest): string {
  const reach = (side: 'sse' | 'websocket'): string => {
    const failing = networks.findIndex((network) => holds(network[side]) !== true);
    const last = networks.at(failing < 0 ? -1 : failing - 1);
    return failing === 0 || last === undefined ? 'none of them' : last.name;
  };
  return `${meets} up to ${reach('websocket')} over WebSocket and up to ${reach('sse')} over SSE, of the networks in this run`;
}
