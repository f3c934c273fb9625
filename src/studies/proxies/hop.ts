/** A hop as a step has it: started before endpoints, spoken to by clients, ended. */
import { type Child, startChild } from '../../child/child.ts';
import type { HopName, HopProgram } from '../../scenario/studies/proxies.ts';
import { type Nanoseconds, seconds } from '../../units.ts';
import type { StudyEndpoint } from '../bench.ts';
import type { HopCommands } from './own-hops.ts';
import { startProgram } from './programs.ts';

const ASK_LIMIT_NS = seconds(10);

/** What stands before one or several endpoints. */
export interface Hop {
  /** What a client connects to. */
  readonly address: string;
  readonly certificate: string | undefined;
  /** URL of the forward proxy that a client has to go through; `undefined` where the hop is the address. */
  readonly proxy: string | undefined;
  readonly addedLines: readonly string[];
  /** Connections that it has carried so far; `null` where the program does not tell. */
  carried(): Promise<number | null>;
}

export interface HopOrder {
  readonly hop: HopName;
  /** What it stands before. Endpoints of one arm. */
  readonly servers: readonly [StudyEndpoint, ...StudyEndpoint[]];
  readonly idleNs: Nanoseconds;
}

/** Starts hops of one kind. All of them end together. */
export interface HopSource {
  start(order: HopOrder): Promise<Hop>;
  /** Never rejects. */
  end(): Promise<void>;
}

/** Hops of this tool: all in one process of their own. */
export function ownHops(): HopSource {
  const child = startChild<HopCommands>({ name: 'hop', program: 'hop.js' });
  return { start: (order) => startOwn(child, order), end: () => child.end() };
}

async function startOwn(child: Child<HopCommands>, { hop, servers, idleNs }: HopOrder): Promise<Hop> {
  const [first, ...others] = servers;
  const upstreams = [portOf(first), ...others.map(portOf)] as const;
  const { port, certificate } = await child.ask('start', { hop, upstreams, idleNs }, ASK_LIMIT_NS);
  const isForward = hop === 'connect-proxy';
  return {
    address: isForward ? first.address : addressAt(port, first.address, certificate !== undefined),
    certificate: certificate ?? first.certificate,
    proxy: isForward ? `http://127.0.0.1:${port}` : undefined,
    addedLines: [],
    carried: () => child.ask('carried', { port }, ASK_LIMIT_NS),
  };
}

/** Hops that are a program of others: each a process of its own. */
export function programHops(name: HopProgram, path: string): HopSource {
  const running: { close(): Promise<void> }[] = [];
  return {
    start: async ({ hop, servers: [server], idleNs }) => {
      const upgrades = new URL(server.address).protocol.startsWith('ws');
      const program = await startProgram(name, path, { hop, upstream: portOf(server), idleNs, upgrades });
      running.push(program);
      return {
        address: addressAt(program.port, server.address, false),
        certificate: server.certificate,
        proxy: undefined,
        addedLines: program.addedLines,
        carried: () => Promise.resolve(null),
      };
    },
    end: async () => {
      await Promise.all(running.map((program) => program.close()));
    },
  };
}

const portOf = ({ address }: StudyEndpoint): number => Number(new URL(address).port);

/** The same place behind another port; over TLS where the hop has it. */
function addressAt(port: number, address: string, encrypted: boolean): string {
  const url = new URL(address);
  url.port = String(port);
  return encrypted ? url.href.replace(/^(http|ws):/, '$1s:') : url.href;
}
