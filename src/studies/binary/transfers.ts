/** The loop that all forms share: discarded transfers, then those that count, with the client's own processor time. */
import type { Clock } from '../../measure/clock.ts';
import { type Nanoseconds, minus } from '../../units.ts';

/** Transfers before the first that counts: connections are warm then, and the code on their path is compiled. */
export const DISCARDED = 5;

export interface Transferred {
  readonly timesNs: readonly Nanoseconds[];
  readonly clientCpuUs: number;
}

/** Calls `fetchImage` one time after the other. Rejects when it does, or when an image is not of the right length. */
export async function transferAll(
  transfers: number,
  clock: Clock,
  fetchImage: () => Promise<Uint8Array>,
  imageBytes: number,
): Promise<Transferred> {
  const timesNs: Nanoseconds[] = [];
  const before = process.cpuUsage();
  for (let transfer = 0; transfer < transfers; transfer += 1) {
    const startedNs = clock.now();
    const image = await fetchImage();
    timesNs.push(minus(clock.now(), startedNs));
    if (image.length !== imageBytes) throw new Error(`an image of ${image.length} bytes came, not of ${imageBytes}`);
  }
  const { user, system } = process.cpuUsage(before);
  return { timesNs, clientCpuUs: user + system };
}
