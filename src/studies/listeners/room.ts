/** Whether this machine can hold so many connections: the limit that would stop them is named before they run into it. */
import { readdirSync, readFileSync } from 'node:fs';
import { availableMemory } from 'node:process';
import type { StepOutcome } from '../../result/study.ts';
import { type Bytes, bytes } from '../../units.ts';

/** What so many connections would take. */
export interface Need {
  readonly listeners: number;
  /** As the first of them was found to have; each takes a descriptor and, at the client, a port. */
  readonly socketsEach: number;
}

/** What there is of it; absent where the system does not tell. */
export interface Room {
  /** Of the scarcer of the two processes: how many more files it may open. */
  readonly descriptors: number | undefined;
  /** Ports that the system gives to clients of one address. */
  readonly ports: number | undefined;
  readonly memoryBytes: Bytes;
}

type Stop = Extract<StepOutcome<never>, { readonly status: 'not-measured' }>;

/** Files, pipes and timers of the two processes that come and go besides. */
const SPARE_DESCRIPTORS = 32;
/** Generous: an endpoint's half and a client's half of a connection, with what is garbage until it is collected. */
const MEMORY_EACH: Bytes = bytes(256 * 1024);

/** The first limit that is too tight; `undefined` when there is room, or nobody knows of a limit. Pure. */
export function whatStops(
  { listeners, socketsEach }: Need,
  { descriptors, ports, memoryBytes }: Room,
): Stop | undefined {
  const sockets = listeners * socketsEach;
  const needed = sockets + SPARE_DESCRIPTORS;
  const what = `${listeners} listeners with ${socketsEach} sockets each`;
  if (descriptors !== undefined && needed > descriptors)
    return stop(
      `descriptors: ${what} need ${needed}, a process here may open ${descriptors} more`,
      `ulimit -n ${2 * needed}, or fewer connections in the scenario file`,
    );
  if (ports !== undefined && sockets > ports)
    return stop(
      `ports: ${what} need ${sockets}, the system gives ${ports} to clients of one address`,
      'a wider net.ipv4.ip_local_port_range, or fewer connections in the scenario file',
    );
  const memory = listeners * MEMORY_EACH;
  if (memory > memoryBytes)
    return stop(
      `memory: ${what} may take ${inMiB(memory)} with their clients, ${inMiB(memoryBytes)} are free`,
      'a machine with more memory, or fewer connections in the scenario file',
    );
  return undefined;
}

const stop = (because: string, wouldAnswer: string): Stop => ({ status: 'not-measured', because, wouldAnswer });
const inMiB = (size: number): string => `${Math.round(size / 2 ** 20)} MiB`;

/** Looks at this process and at the endpoint's. */
export function roomFor(endpointPid: number): Room {
  const left = ['self', String(endpointPid)].map(descriptorsLeft);
  return {
    descriptors: left.includes(undefined) ? undefined : Math.min(...left.map((count) => count ?? 0)),
    ports: portsIn(textOf('/proc/sys/net/ipv4/ip_local_port_range')),
    memoryBytes: bytes(availableMemory()),
  };
}

function descriptorsLeft(pid: string): number | undefined {
  const limit = openFilesIn(textOf(`/proc/${pid}/limits`));
  try {
    return limit === undefined ? undefined : limit - readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}

/** The soft limit in the text of `/proc/<pid>/limits`; `undefined` where there is none. */
export function openFilesIn(text: string): number | undefined {
  const found = /^Max open files\s+(\d+)/m.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** From the text of `ip_local_port_range`: the first and the last port. */
export function portsIn(text: string): number | undefined {
  const [first, last] = text.trim().split(/\s+/).map(Number);
  return first !== undefined && last !== undefined && first <= last ? last - first + 1 : undefined;
}

/** Empty where there is no such file, which is everywhere but on Linux. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
