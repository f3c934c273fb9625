/** A network of forty milliseconds takes forty milliseconds, and no byte. */
import type { Measurement } from '#dist/result/record.js';
import { line } from '../support/lines.js';
import { measure } from '../support/measure.js';
import { SOCKET_ARMS, MS, SEED, of, quantile } from './common.js';

/** What a relay adds beyond the delay that it was told, on a machine that does little else. */
const RELAY_TOLERANCE_MS = 1;

/** A relay of 20 ms each way shifts the median round trip by 40 ms, and neither adds nor takes a byte. */
export async function knownNetwork(): Promise<void> {
  const scenario = `
name: network
title: Forty milliseconds away
shows: that a network takes what it is said to take
scripts: [{ name: echo, steps: [{ call: echo, send: 128B }] }]
load: { model: closed, think: 40ms }
warmup: { calls: 5 }
window: { calls: 20 }
`;
  // Thinking keeps the calls without a network as seldom as those with one: what has slept for long wakes slowly.
  for (const name of SOCKET_ARMS) {
    const record = await measure({ arms: [name, `${name}+wan`], scenario, trials: 3, seed: SEED });
    const [near, far] = [of(record, name), of(record, `${name}+wan`)];
    const shift = (quantile(far, 0.5) - quantile(near, 0.5)) / MS;
    line(
      `a relay of 20 ms each way, shift of the median over ${name}`,
      `40 ± ${RELAY_TOLERANCE_MS} ms`,
      `${shift.toFixed(2)} ms`,
      Math.abs(shift - 40) <= RELAY_TOLERANCE_MS,
    );
    const least = Math.min(...far.map((one) => one.responseTime.minNs / MS));
    line(`the same, never quicker, over ${name}`, '≥ 40 ms', `${least.toFixed(3)} ms`, least >= 40);
    compareEnds(name, far[0], near[0]);
  }
}

/** Both ends of the same connection count the same; and without header compression as much as without the relay. */
function compareEnds(name: string, far: Measurement | undefined, near: Measurement | undefined): void {
  if (far === undefined || near === undefined) throw new Error(`the network measurement over ${name} is not valid`);
  const { wireUp, wireDown, driverWireUp, driverWireDown } = far.bytes;
  const atDriver = `${driverWireUp} up, ${driverWireDown} down`;
  const atEndpoint = `${wireUp} up, ${wireDown} down`;
  line(`bytes through the relay over ${name}, at both ends`, atDriver, atEndpoint, atDriver === atEndpoint);
  if (name.includes('+h2')) return;
  const direct = `${near.bytes.wireUp} up, ${near.bytes.wireDown} down`;
  line(`bytes through the relay over ${name}, and without it`, direct, atEndpoint, direct === atEndpoint);
}
