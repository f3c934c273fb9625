/** The endpoint of a step, as it is watched: memory at rest, what a window uses, what a publication does. */
import type { Clock } from '../../measure/clock.ts';
import { until } from '../../measure/clock.ts';
import type { MemoryReading } from '../../measure/memory.ts';
import type { StudySettings } from '../../scenario/study-settings.ts';
import { type Bytes, type Nanoseconds, type PerSecond, milliseconds, minus, plus, seconds } from '../../units.ts';
import type { StudyEndpoint } from '../bench.ts';
import { TOPIC } from './audience.ts';

type Settings = StudySettings['listeners'];

/** How long an answer that takes no time may take while hundreds of sockets are busy. */
const PROMPT_NS = seconds(20);
/** Between the order and the first update of a calendar. */
const LEAD_NS = milliseconds(20);

/** What the endpoint used in a window. */
export interface Used {
  readonly elapsedNs: Nanoseconds;
  readonly cpuUserUs: number;
  readonly cpuSystemUs: number;
  readonly wireUpBytes: Bytes;
  readonly wireDownBytes: Bytes;
}

/** A publication to everybody who listens. */
export interface Publishing extends Pick<Settings, 'arrivals'> {
  readonly run: number;
  readonly rate: PerSecond;
  readonly size: Bytes;
  readonly durationNs: Nanoseconds;
  readonly seed: number;
}

export class Observed {
  readonly #endpoint: StudyEndpoint;
  readonly #clock: Clock;

  constructor(endpoint: StudyEndpoint, clock: Clock) {
    this.#endpoint = endpoint;
    this.#clock = clock;
  }

  /** After a rest, without garbage, and after a rest again. */
  async memory(restNs: Nanoseconds): Promise<MemoryReading> {
    await until(this.#clock, plus(this.#clock.now(), restNs));
    return this.#endpoint.ask('memory', { restNs }, plus(restNs, PROMPT_NS));
  }

  /** Watches it while `work` goes on; how many sockets it held at the end comes with it. */
  async during<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly used: Used; readonly openSockets: number; readonly found: T }> {
    const startNs = this.#clock.now();
    await this.#endpoint.ask('begin', { stall: undefined, startNs }, PROMPT_NS);
    const begunNs = this.#clock.now();
    const found = await work();
    const elapsedNs = minus(this.#clock.now(), begunNs);
    const { wire, process, openSockets } = await this.#endpoint.ask('read', undefined, PROMPT_NS);
    const { cpuUserUs, cpuSystemUs } = process;
    const used = { elapsedNs, cpuUserUs, cpuSystemUs, wireUpBytes: wire.upBytes, wireDownBytes: wire.downBytes };
    return { used, openSockets, found };
  }

  /** Resolves with the number of updates when the last has gone out. */
  async publish({ run, rate, arrivals, size, durationNs, seed }: Publishing): Promise<number> {
    const startNs = plus(this.#clock.now(), LEAD_NS);
    // One subscriber, so that what is counted are updates; how many listen is ours to know.
    const one = { topic: TOPIC, ratePerSec: rate, arrivals, payloadBytes: size, subscribers: 1 };
    const order = { run, publications: [one], seed, startNs, durationNs };
    const { published } = await this.#endpoint.ask('publish', order, plus(durationNs, PROMPT_NS));
    return published;
  }

  /** Lets it close what only waits for a further request. */
  async closeIdle(): Promise<void> {
    await this.#endpoint.ask('closeIdle', undefined, PROMPT_NS);
  }

  /** How many sockets it holds at this moment. */
  async openSockets(): Promise<number> {
    const { openSockets } = await this.during(() => Promise.resolve());
    return openSockets;
  }
}
