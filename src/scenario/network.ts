/** The networks that can stand between the two ends: what each does to a message on its way. */
import { milliseconds, type Nanoseconds, nanoseconds, toMilliseconds } from '../units.ts';

/** `lo` is the host's loopback as it is; the others are emulated. In order of their round trips. */
export const NETWORK_PROFILES = ['lo', 'lan', 'metro', 'wan', 'wan-lossy'] as const;
export type NetworkProfile = (typeof NETWORK_PROFILES)[number];

/** How a network is emulated: by a process of this tool in the path, or by the kernel's netem. Numbers from different mechanisms are not compared. */
export const NETWORK_MECHANISMS = ['relay', 'netem'] as const;
export type NetworkMechanism = (typeof NETWORK_MECHANISMS)[number];

export interface NetworkSpec {
  /** What the network adds to an exchange; half of it each way. */
  readonly roundTripNs: Nanoseconds;
  /** Of the packets, 0 … 1. */
  readonly lossShare: number;
}

export const NETWORKS: Readonly<Record<NetworkProfile, NetworkSpec>> = {
  lo: { roundTripNs: nanoseconds(0), lossShare: 0 },
  lan: { roundTripNs: milliseconds(0.5), lossShare: 0 },
  metro: { roundTripNs: milliseconds(10), lossShare: 0 },
  wan: { roundTripNs: milliseconds(40), lossShare: 0 },
  'wan-lossy': { roundTripNs: milliseconds(40), lossShare: 0.005 },
};

/** What a message waits on its way to the other end. */
export const oneWayOf = (profile: NetworkProfile): Nanoseconds => nanoseconds(NETWORKS[profile].roundTripNs / 2);

/** `wan (40 ms)`, `wan-lossy (40 ms, 0.5 % loss)`: the profile with its round trip. */
export function networkWords(profile: NetworkProfile): string {
  const { roundTripNs, lossShare } = NETWORKS[profile];
  if (roundTripNs === 0) return 'loopback';
  return `${profile} (${toMilliseconds(roundTripNs)} ms${lossShare === 0 ? '' : `, ${lossShare * 100} % loss`})`;
}
