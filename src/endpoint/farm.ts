/**
 * The servers that clients have started, one each, as one endpoint: every command goes to all of them, and their answers
 * are added up. Lives in the process that the clients live in, whose children the servers are.
 */
import { type Child, ChildError, type ChildHome, type PipedChild, startPipedChild } from '../child/child.ts';
import { pinProcess } from '../child/pin.ts';
import type { Handlers } from '../child/serve.ts';
import type { Clock } from '../measure/clock.ts';
import type { ServerPipes } from '../transports/contract.ts';
import { type Nanoseconds, plus, seconds } from '../units.ts';
import type { EndpointCommands, PublishOrder, PublishReport } from './commands.ts';
import { type SocketsView, sumMemory, sumPublished, sumReadings, sumSockets } from './farm-sums.ts';
import { stampNow } from './host.ts';

/** How long a server's answer to a question that takes no time may take, its start included. */
const PROMPT_NS = seconds(10);

/** As above, when the server is to go, answer or not. */
const LAST_QUESTION_NS = seconds(1);

type Server = Pick<PipedChild<EndpointCommands>, 'pid' | 'stdin' | 'stdout' | 'gone' | 'ask' | 'end'>;
type Asked = Pick<Child<EndpointCommands>, 'ask'>;

export class ServerFarm {
  readonly handlers: Handlers<EndpointCommands>;
  readonly #startServer: (home: ChildHome | undefined) => Server;
  /** By the index of their client. */
  readonly #servers = new Map<number, Server>();
  #options: EndpointCommands['start']['body'] | undefined;
  /** A server that went without having been asked to takes its counts along: what is asked from then on has no true answer. */
  #lost: string | undefined;

  constructor(clock: Clock, startServer: (home: ChildHome | undefined) => Server = startEndpointProcess) {
    this.#startServer = startServer;
    this.handlers = {
      start: (options) => {
        this.#options = options;
        return { address: 'stdio', certificate: undefined };
      },
      // Children of one process on one host: their clock is this process's.
      clock: () => stampNow(clock),
      publish: (order) => this.#publish(order),
      emit: async (order) => {
        await this.#askAll('emit', order);
        return undefined;
      },
      stopPublishing: async () => {
        await this.#askAll('stopPublishing', undefined);
        return undefined;
      },
      begin: async (edge) => {
        await this.#askAll('begin', edge);
        return undefined;
      },
      read: async () => sumReadings(await this.#askAll('read', undefined)),
      memory: async (order) => sumMemory(await this.#askAll('memory', order)),
      closeIdle: async () => {
        await this.#askAll('closeIdle', undefined);
        return undefined;
      },
      sockets: async (): Promise<SocketsView> => sumSockets(await this.#askAll('sockets', undefined)),
    };
  }

  /** Starts the server of the client with this index, on a core if one is named. Rejects, with nothing left running, when it cannot be started. */
  async launch(index: number, cpu: number | undefined, home?: ChildHome): Promise<ServerPipes> {
    const options = this.#options;
    if (options === undefined) throw new ChildError('no endpoint was asked for');
    const server = this.#startServer(home);
    // Whoever writes to a process that is gone is told by `gone`; unheard, the error would end this one.
    for (const pipe of [server.stdin, server.stdout]) pipe.on('error', () => undefined);
    try {
      if (cpu !== undefined && !pinProcess(server.pid, cpu)) {
        throw new ChildError('a process could not be pinned to its core');
      }
      await server.ask('start', options, PROMPT_NS);
    } catch (error) {
      await server.end();
      throw error;
    }
    return this.#admit(index, server);
  }

  #admit(index: number, server: Server): ServerPipes {
    let wanted = true;
    this.#servers.set(index, server);
    void server.gone.then((how) => {
      if (wanted) this.#lost ??= how;
      this.#servers.delete(index);
    });
    const end = async (): Promise<void> => {
      wanted = false;
      this.#servers.delete(index);
      // A calendar that still runs is cut short, and what it has published is told: nobody is left to listen.
      await server.ask('stopPublishing', undefined, LAST_QUESTION_NS).catch(() => undefined);
      await server.end();
    };
    const { pid, stdin, stdout, gone } = server;
    return { pid, stdin, stdout, gone, end };
  }

  #askAll<K extends keyof EndpointCommands>(
    command: K,
    body: EndpointCommands[K]['body'],
  ): Promise<EndpointCommands[K]['reply'][]> {
    if (this.#lost !== undefined) return Promise.reject(new ChildError(this.#lost));
    return Promise.all(this.#inOrder().map(([, server]) => server.ask(command, body, PROMPT_NS)));
  }

  /** Each server publishes to the one client it has, if that is meant to listen. */
  async #publish(order: PublishOrder): Promise<PublishReport> {
    if (this.#lost !== undefined) throw new ChildError(this.#lost);
    const limitNs: Nanoseconds = plus(order.durationNs, PROMPT_NS);
    const reports = this.#inOrder().map(([index, server]) => publishTo(server, shareOf(order, index), limitNs));
    return sumPublished(await Promise.all(reports));
  }

  #inOrder(): [number, Server][] {
    return [...this.#servers].toSorted(([a], [b]) => a - b);
  }
}

/** What of an order is one client's: it is the only listener of whatever it listens to. */
export const shareOf = (order: PublishOrder, index: number): PublishOrder => ({
  ...order,
  publications: order.publications.map((one) =>
    one !== null && index < one.subscribers ? { ...one, subscribers: 1 } : null,
  ),
});

async function publishTo(server: Asked, share: PublishOrder, limitNs: Nanoseconds): Promise<PublishReport> {
  const nothing = share.publications.every((one) => one === null);
  return nothing ? sumPublished([]) : server.ask('publish', share, limitNs);
}

const startEndpointProcess = (home: ChildHome | undefined): Server =>
  startPipedChild<EndpointCommands>({ name: 'server', program: 'endpoint.js', home });
