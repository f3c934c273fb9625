/** How many files and sockets a process may have open, and has; as Linux tells it. */
import { readdirSync, readFileSync } from 'node:fs';

/** The soft RLIMIT_NOFILE of a process; `undefined` where the system does not tell, or there is none. */
export function descriptorLimit(pid: number): number | undefined {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(textOf(`/proc/${pid}/limits`)) ?? [];
  return soft === undefined ? undefined : Number(soft);
}

/** `undefined` where the system does not tell. */
export function openDescriptors(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}

/** From one address to one address and port, so many connections can be opened at once. */
export function portsPerAddress(): number | undefined {
  const [, low, high] = /^(\d+)\s+(\d+)/.exec(textOf('/proc/sys/net/ipv4/ip_local_port_range')) ?? [];
  return low === undefined || high === undefined ? undefined : Number(high) - Number(low) + 1;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
