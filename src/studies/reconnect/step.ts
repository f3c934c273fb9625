/** One step: a client is connected through a hop, cut off, watched until it is back, and cut off again. */
import { topicUri } from '../../mcp/events.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { ReconnectClient } from '../../scenario/studies/reconnect.ts';
import { type Variant, defaultVariant } from '../../scenario/variant.ts';
import type { Recovery } from '../../transports/contract.ts';
import { NS_PER_S, type Nanoseconds, bytes, nanoseconds, plus, seconds, toMilliseconds } from '../../units.ts';
import { until } from '../../measure/clock.ts';
import { type StudyEndpoint, startStudyEndpoint } from '../bench.ts';
import type { StepContext } from '../contract.ts';
import type { ClientOrder, ConnectClient, TestClient } from './clients/contract.ts';
import { connectEventSource, connectWatchedEventSource } from './clients/event-source.ts';
import { connectListener, connectSession, streamableHttp } from './clients/streamable-http.ts';
import { connectWs, connectWsResume } from './clients/web-socket.ts';
import { type CutRecord, Journal } from './journal.ts';
import { CuttingRelay } from './relay.ts';
import { Source } from './source.ts';
import { type ReconnectSubject, watches } from './subjects.ts';
import { Waiting } from './waiting.ts';

type Data = StudyData['reconnect'];
type Context = StepContext<'reconnect'>;

const TOPIC = 'feed';
const PAYLOAD = bytes(64);
/** Events that a connection carries before it is cut. */
const STEADY_EVENTS = 5;
/** For what takes no time on a machine that does its work. */
const PROMPT_NS = seconds(10);
/** What a silence lasts that a connection has outlived, in limits of the hop that ends silent ones. */
const SURVIVED_SILENCES = 2;

const eventSource: Variant = { ...defaultVariant('sse'), protocol: '2024-11-05' };

const CLIENTS: Readonly<Record<ReconnectClient, { readonly variant: Variant; readonly connect: ConnectClient }>> = {
  eventsource: { variant: eventSource, connect: connectEventSource },
  'eventsource-watched': { variant: eventSource, connect: connectWatchedEventSource },
  ws: { variant: defaultVariant('websocket'), connect: connectWs },
  'ws-resume': { variant: defaultVariant('websocket'), connect: connectWsResume },
  'streamable-http-2025-11-25': { variant: streamableHttp('2025-11-25'), connect: connectSession },
  'streamable-http-2026-07-28': { variant: streamableHttp('2026-07-28'), connect: connectListener },
};

/** Runs the step and leaves nothing open. */
export async function runStep(subject: ReconnectSubject, context: Context): Promise<Data> {
  const step = new Step(subject, context);
  try {
    await step.connect();
    return await step.run();
  } finally {
    await step.close();
  }
}

class Step {
  readonly #subject: ReconnectSubject;
  readonly #context: Context;
  readonly #waiting: Waiting;
  readonly #journal: Journal;
  readonly #source: Source;
  #endpoint: StudyEndpoint | undefined;
  #relay: CuttingRelay | undefined;
  #client: TestClient | undefined;
  #idled = false;

  constructor(subject: ReconnectSubject, context: Context) {
    const { clock } = context;
    this.#subject = subject;
    this.#context = context;
    this.#waiting = new Waiting(clock);
    const onChange = (): void => this.#waiting.changed();
    this.#journal = new Journal(clock, onChange);
    this.#source = new Source({
      clock,
      everyNs: this.#everyNs,
      emit: (sequence, dueNs) => this.#emit(sequence, dueNs),
      onChange,
    });
  }

  get #everyNs(): Nanoseconds {
    return nanoseconds(NS_PER_S / this.#context.settings.rate);
  }

  /** How long a client is waited for. */
  get #limitNs(): Nanoseconds {
    const { unnoticed, giveUp } = this.#context.settings;
    return this.#subject.cut === 'black-hole' && !watches(this.#subject) ? unnoticed : giveUp;
  }

  async connect(): Promise<void> {
    const { cut, client } = this.#subject;
    const endpoint = await this.#startEndpoint();
    const { port } = new URL(endpoint.address);
    const relay = await CuttingRelay.start({
      port: Number(port),
      idleMs: cut === 'idle-timeout' ? toMilliseconds(this.#context.settings.idle) : undefined,
      onEvent: (sequence) => this.#journal.crossed(sequence, this.#source.numbered),
      onIdle: () => this.#onIdle(),
    });
    this.#relay = relay;
    const address = new URL(endpoint.address);
    address.port = String(relay.port);
    this.#client = await CLIENTS[client].connect(this.#orderFor(address.href));
    this.#source.start();
  }

  async #startEndpoint(): Promise<StudyEndpoint> {
    const { seed, readyTimeoutNs, endpointCpu } = this.#context;
    const { variant } = CLIENTS[this.#subject.client];
    const { heartbeat } = this.#context.settings;
    const endpoint = await startStudyEndpoint({
      variant,
      seed,
      readyTimeoutNs,
      endpointCpu,
      heartbeatMs: this.#subject.heartbeats === 'on' ? Math.round(toMilliseconds(heartbeat)) : undefined,
      recovery: this.#recovery,
    });
    this.#endpoint = endpoint;
    return endpoint;
  }

  get #recovery(): Recovery {
    const { retry } = this.#context.settings;
    const subject = this.#subject;
    return {
      replay: subject.buffer === 'replay',
      retryMs: subject.retry === 'stated' ? Math.round(toMilliseconds(retry)) : undefined,
    };
  }

  #orderFor(address: string): ClientOrder {
    const { clock, settings } = this.#context;
    return {
      address,
      clock,
      uri: topicUri(TOPIC),
      timeoutNs: PROMPT_NS,
      events: this.#journal,
      policy: {
        waitNs: settings.retry,
        factor: settings.backoff,
        longestNs: settings.longestRetry,
        attempts: settings.attempts,
        silenceNs: watches(this.#subject) ? settings.silence : undefined,
      },
      kept: this.#subject.buffer === 'replay',
    };
  }

  #emit(sequence: number, dueNs: Nanoseconds): Promise<unknown> {
    if (this.#endpoint === undefined) return Promise.reject(new Error('there is no endpoint to publish'));
    const event = { topic: TOPIC, run: 0, sequence, dueNs };
    return this.#endpoint.ask('emit', { event, payloadBytes: PAYLOAD }, PROMPT_NS);
  }

  async run(): Promise<Data> {
    const cuts: CutRecord[] = [];
    let survived = 0;
    for (let turn = 0; turn < this.#context.settings.cutsPerStep; turn += 1) {
      await this.#untilSteady();
      if (!(await this.#strike())) {
        survived += 1;
        continue;
      }
      await this.#until(() => this.#journal.back && this.#caughtUp, this.#limitNs);
      const cut = this.#journal.close(this.#source.numbered);
      cuts.push(cut);
      if (!cut.back) break;
    }
    return this.#dataOf(cuts, survived);
  }

  /** The client has the newest event, and none is on its way: a cut now divides those before from those after it. */
  get #caughtUp(): boolean {
    return this.#source.quiet && this.#journal.newest === this.#source.numbered - 1;
  }

  async #until(holds: () => boolean, limitNs: Nanoseconds): Promise<boolean> {
    const source = this.#source;
    const held = await this.#waiting.until(() => source.failure !== undefined || holds(), limitNs);
    if (source.failure !== undefined) throw source.failure;
    return held;
  }

  async #untilSteady(): Promise<void> {
    const limitNs = plus(PROMPT_NS, nanoseconds(STEADY_EVENTS * this.#everyNs));
    if (!(await this.#until(() => this.#journal.steady >= STEADY_EVENTS && this.#caughtUp, limitNs)))
      throw new Error('the events did not flow before the connection was cut');
  }

  /** Answers whether there was a cut. */
  async #strike(): Promise<boolean> {
    const { cut } = this.#subject;
    if (cut === 'idle-timeout') return this.#fallSilent();
    this.#journal.cut(this.#source.numbered);
    if (cut === 'restart') await this.#restart();
    else this.#relay?.cut(cut);
    return true;
  }

  async #restart(): Promise<void> {
    const { clock, settings } = this.#context;
    const endpoint = this.#endpoint;
    if (endpoint === undefined) throw new Error('there is no endpoint to kill');
    this.#source.withholding = true;
    process.kill(endpoint.pid, 'SIGKILL');
    await endpoint.gone;
    await until(clock, plus(clock.now(), settings.outage));
    const { address } = await this.#startEndpoint();
    // To clients it is at the address where it was.
    if (this.#relay !== undefined) this.#relay.target = Number(new URL(address).port);
    this.#source.withholding = false;
  }

  /** Answers whether the hop has ended the connection. Events go on as soon as it has, or when it should have. */
  async #fallSilent(): Promise<boolean> {
    this.#source.pause();
    this.#idled = false;
    const limitNs = nanoseconds(SURVIVED_SILENCES * this.#context.settings.idle);
    const ended = await this.#until(() => this.#idled, limitNs);
    if (!ended) this.#source.start();
    return ended;
  }

  #onIdle(): void {
    // A connection that nothing was published for: the client is between two.
    if (this.#idled) return;
    this.#idled = true;
    this.#journal.cut(this.#source.numbered);
    this.#source.start();
    this.#waiting.changed();
  }

  async #dataOf(cuts: readonly CutRecord[], survived: number): Promise<Data> {
    const source = this.#source;
    source.pause();
    await this.#until(() => source.quiet && (cuts.at(-1)?.back === false || this.#caughtUp), PROMPT_NS);
    const { delivered, ...books } = this.#journal.book.books(source.published);
    if (books.lost < 0)
      throw new Error(`${delivered} different events arrived, and ${source.published} were published`);
    const { due, withheld } = source;
    const gap = cuts.reduce((sum, { skipped }) => sum + skipped, 0);
    return {
      eventEveryNs: this.#everyNs,
      retryNs: this.#subject.retry === 'stated' ? this.#context.settings.retry : null,
      limitNs: this.#limitNs,
      cuts: [...cuts],
      survived,
      books: { due, withheld, ...books, received: delivered, gap },
    };
  }

  async close(): Promise<void> {
    this.#source.pause();
    await this.#client?.close();
    await this.#relay?.close();
    await this.#endpoint?.end();
  }
}
