/**
 * What this machine takes for the same bare exchange, before a block: two runs on different machines are compared in
 * these. Nothing runs beside it, and it is gone before the block begins.
 */
import { type Child, startChild } from '../child/child.ts';
import { pinProcess } from '../child/pin.ts';
import type { Control } from '../result/record.ts';
import { milliseconds, seconds } from '../units.ts';
import type { ControlCommands } from './commands.ts';

/** Until both ends are compiled. */
const WARM_UP_NS = milliseconds(100);
const WINDOW_NS = milliseconds(200);
/** Beyond the time that it takes anyway. */
const PROMPT_NS = seconds(5);

export interface ControlOptions extends Pick<Control, 'block' | 'attempt'> {
  /** Cores of the end that answers and of the one that asks; `undefined` leaves them to the scheduler. */
  readonly cores: { readonly server: number; readonly client: number } | undefined;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

/** `undefined` where it could not be measured: the block has no control then. Leaves no process behind, however it ends. */
export async function measureControl({ block, attempt, cores, signal }: ControlOptions): Promise<Control | undefined> {
  if (signal.aborted) return undefined;
  const server = startChild<ControlCommands>({ name: 'control', program: 'control.js' });
  const client = startChild<ControlCommands>({ name: 'control', program: 'control.js' });
  const end = async (): Promise<void> => {
    await Promise.all([client.end(), server.end()]);
  };
  const onAbort = (): void => void end();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (cores !== undefined && !(pinProcess(server.pid, cores.server) && pinProcess(client.pid, cores.client)))
      return undefined;
    return { block, attempt, ...(await between(server, client)) };
  } catch (error) {
    if (error instanceof Error && error.name === 'ChildError') return undefined;
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await end();
  }
}

type Peer = Child<ControlCommands>;

async function between(server: Peer, client: Peer): Promise<Omit<Control, 'block' | 'attempt'>> {
  const { port } = await server.ask('listen', undefined, PROMPT_NS);
  await client.ask('connect', { port }, PROMPT_NS);
  await client.ask('exchange', { forNs: WARM_UP_NS }, PROMPT_NS);
  const before = await processorTime(server, client);
  const { exchanges, p50Ns } = await client.ask('exchange', { forNs: WINDOW_NS }, PROMPT_NS);
  const used = (await processorTime(server, client)) - before;
  return { exchanges, p50Ns, cpuUs: used / exchanges };
}

/** Of both ends, in microseconds. */
async function processorTime(server: Peer, client: Peer): Promise<number> {
  const both = await Promise.all([server, client].map((peer) => peer.ask('processorTime', undefined, PROMPT_NS)));
  return both.reduce((sum, { us }) => sum + us, 0);
}
