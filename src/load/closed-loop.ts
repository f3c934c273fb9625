/** Closed loop: every client starts its next script when the last one has ended and it has thought. It slows down with the server, and says so. */
import { until } from '../measure/clock.ts';
import { seededRandom } from '../scenario/random.ts';
import { type Nanoseconds, plus } from '../units.ts';
import type { BenchClient } from './bench-client.ts';
import { type Deadline, type Phase, deadlineOf } from './phase.ts';
import { callsIn, pickScript, runScript } from './script.ts';

export async function runClosedLoop(phase: Phase, thinkNs: Nanoseconds): Promise<void> {
  await until(phase.clock, phase.startNs);
  const deadline = deadlineOf(phase);
  await Promise.all(phase.clients.map((client) => runClient(phase, client, thinkNs, deadline)));
}

async function runClient(phase: Phase, client: BenchClient, thinkNs: Nanoseconds, deadline: Deadline): Promise<void> {
  const random = seededRandom(phase.seed + client.index);
  while (!deadline.over() && client.lostBecause === undefined) {
    const script = pickScript(phase.scenario.scripts, random);
    await runScript(phase, client, script, undefined);
    if (callsIn(script) === 0 && thinkNs === 0) await until(phase.clock, plus(phase.clock.now(), MIN_IDLE_NS));
    if (thinkNs > 0) await until(phase.clock, plus(phase.clock.now(), thinkNs));
  }
}

/** A script without calls must not spin. */
const MIN_IDLE_NS = 1_000_000 as Nanoseconds;
