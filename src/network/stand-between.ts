/** Puts a relay between the driver and an endpoint of one trial. */
import { startChild } from '../child/child.ts';
import { pinProcess } from '../child/pin.ts';
import type { Clock } from '../measure/clock.ts';
import type { RelayCheck, RelayLateness } from '../result/record.ts';
import { type NetworkProfile, oneWayOf } from '../scenario/network.ts';
import { seconds } from '../units.ts';
import { calibrate } from './calibrate.ts';
import type { RelayCommands } from './commands.ts';
import { startEcho } from './ping.ts';

const PROMPT_NS = seconds(15);

/** A relay that stands between the two. */
export interface StandingRelay {
  /** The endpoint's, with the relay's port in it. */
  readonly address: string;
  /** From now on it is the network: until then it has only passed things on. */
  delay(): Promise<void>;
  /** Its own ping against its profile. Once it delays. */
  check(): Promise<RelayCheck>;
  /** How late it passed things on since the last reading. */
  read(): Promise<RelayLateness>;
  /** Ends its process. Never rejects. */
  end(): Promise<void>;
}

export interface StandOptions {
  /** Of an endpoint on loopback: a URL with a port. */
  readonly address: string;
  readonly profile: NetworkProfile;
  /** Its core; `undefined` leaves it to the scheduler. */
  readonly cpu: number | undefined;
  readonly clock: Clock;
}

/** Rejects, with nothing left running, when it cannot be started. */
export async function standBetween({ address, profile, cpu, clock }: StandOptions): Promise<StandingRelay> {
  const child = startChild<RelayCommands>({ name: 'relay', program: 'relay.js' });
  const portTo = async (targetPort: number): Promise<number> =>
    (await child.ask('open', { targetPort }, PROMPT_NS)).port;
  try {
    if (cpu !== undefined && !pinProcess(child.pid, cpu)) throw new Error('the relay could not be pinned to its core');
    const through = new URL(address);
    through.port = String(await portTo(Number(through.port)));
    return {
      address: through.href,
      delay: () => child.ask('delay', { oneWayNs: oneWayOf(profile) }, PROMPT_NS),
      check: async () => {
        const echo = await startEcho();
        try {
          const check = await calibrate({ clock, profile, echo, port: await portTo(echo.port) });
          // What the pings waited is in the check; the first window begins anew.
          await child.ask('read', undefined, PROMPT_NS);
          return check;
        } finally {
          echo.close();
        }
      },
      read: () => child.ask('read', undefined, PROMPT_NS),
      end: () => child.end(),
    };
  } catch (error) {
    await child.end();
    throw error;
  }
}
