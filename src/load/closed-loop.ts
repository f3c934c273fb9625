/** Closed loop: every client starts its next script when the last one has ended and it has thought. It slows down with the server, and says so. */
import { until } from '../measure/clock.ts';
import { derivedSeed, seededRandom } from '../scenario/random.ts';
import { type Nanoseconds, plus } from '../units.ts';
import type { BenchClient } from './bench-client.ts';
import { type Deadline, type Phase, deadlineOf } from './phase.ts';
import { callsIn } from '../scenario/calendar-length.ts';
import { pickScript, runScript } from './script.ts';

export async function runClosedLoop(phase: Phase, thinkNs: Nanoseconds): Promise<void> {
  await until(phase.clock, phase.startNs);
  const deadline = deadlineOf(phase);
  await Promise.all(phase.clients.map((client) => runClient(phase, client, thinkNs, deadline)));
}

function runClient(phase: Phase, client: BenchClient, thinkNs: Nanoseconds, deadline: Deadline): Promise<void> {
  const random = seededRandom(derivedSeed(phase.seed, `client ${client.index}`));
  const { clock, scenario } = phase;
  return new Promise((resolve) => {
    const next = (): void => {
      if (deadline.over() || client.lostBecause !== undefined) {
        resolve();
        return;
      }
      const script = pickScript(scenario.scripts, random);
      const pauseNs = thinkNs > 0 || callsIn(script) > 0 ? thinkNs : MIN_IDLE_NS;
      runScript(
        phase,
        client,
        script,
        undefined,
        pauseNs > 0 ? () => void clock.at(plus(clock.now(), pauseNs), next) : next,
      );
    };
    next();
  });
}

/** A script without calls must not spin. */
const MIN_IDLE_NS = 1_000_000 as Nanoseconds;
