/** One step: an endpoint, so many listeners, and what they cost it, first in silence and then with updates. */
import { until } from '../../measure/clock.ts';
import { collectGarbage, readKernelTcp, readMemory } from '../../measure/memory.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { StepOutcome } from '../../result/study.ts';
import type { Variant } from '../../scenario/variant.ts';
import {
  type Bytes,
  bytes,
  milliseconds,
  nanoseconds,
  type Nanoseconds,
  perSecond,
  plus,
  minus,
  seconds,
} from '../../units.ts';
import type { StudyEndpoint } from '../bench.ts';
import type { StepContext } from '../contract.ts';
import { Audience } from './audience.ts';
import { type Absence, cutOff } from './cut-off.ts';
import { type Hop, startHop } from './hop.ts';
import { Observed } from './observed.ts';
import { Reception } from './reception.ts';
import { unhurried } from './unhurried.ts';
import { roomFor, whatStops } from './room.ts';

type Data = StudyData['listeners'];

export interface ListenersOrder {
  readonly variant: Variant;
  readonly listeners: number;
  readonly endpoint: StudyEndpoint;
  readonly context: StepContext<'listeners'>;
}

type Sockets = Data['sockets']['resting'];

/** All are connected. */
interface Opened {
  readonly openedNs: Nanoseconds;
  readonly connected: Sockets;
}

/** Runs of publications: events carry their number. */
const WARM_RUN = 1;
const QUIET_RUN = 2;
const CUT_RUN = 3;

/** So many come, are sent so much and leave before anything is looked at, whatever the step: then the first listener of one step does not pay for loading what the first of every step needs. */
const WARM_LISTENERS = 16;
const WARM_UPDATES = { rate: perSecond(400), arrivals: 'constant', durationNs: milliseconds(250) } as const;
/** How long the last updates may be under way. */
const LAST_UPDATES_NS = seconds(1);
/** How long both ends may take to agree on how many sockets are open. */
const AGREE_NS = seconds(3);
const LOOK_EVERY_NS = milliseconds(20);
/** The cut comes after this share of its window. */
const CUT_AT = 1 / 3;

/** Of this process, which holds all the clients. */
function clientHeap(): Bytes {
  collectGarbage();
  const { heapUsedBytes, externalBytes } = readMemory();
  return bytes(heapUsedBytes + externalBytes);
}

export class ListenersStep {
  readonly #order: ListenersOrder;
  readonly #observed: Observed;
  readonly #audience: Audience;
  #hop: Hop | undefined;

  constructor(order: ListenersOrder) {
    const { endpoint, variant, context } = order;
    this.#order = order;
    this.#observed = new Observed(endpoint, context.clock);
    this.#audience = new Audience({ variant, certificate: endpoint.certificate, clock: context.clock });
  }

  async measure(): Promise<StepOutcome<Data>> {
    const { settings } = this.#order.context;
    try {
      await this.#warmUp();
      const before = await this.#observed.memory(settings.settle);
      const beforeBytes = readKernelTcp();
      const clientsBefore = clientHeap();
      const opened = await this.#open();
      if ('status' in opened) return opened;
      const { openedNs, connected: connectedSockets } = opened;
      const connected = await this.#observed.memory(settings.settle);
      const connectedBytes = readKernelTcp();
      const clientsConnected = clientHeap();
      await this.#observed.closeIdle();
      const restingSockets = await this.#agreeOnSockets();
      const resting = await this.#observed.memory(settings.settle);
      const idle = await this.#silence();
      const receiving = await this.#receive();
      const after = await this.#observed.memory(settings.settle);
      const data = {
        listeners: this.#order.listeners,
        sockets: { connected: connectedSockets, resting: restingSockets },
        openedNs,
        memory: { before, connected, resting, receiving: after },
        clientHeap: { beforeBytes: clientsBefore, connectedBytes: clientsConnected },
        kernelTcp: beforeBytes === null || connectedBytes === null ? null : { beforeBytes, connectedBytes },
        idle,
        receiving,
        cutOff: await this.#cutOff(),
      };
      return { status: 'measured', data };
    } finally {
      await this.#audience.close();
      await this.#hop?.close();
    }
  }

  async #warmUp(): Promise<void> {
    const { endpoint, context } = this.#order;
    const { settings, seed } = context;
    const indices = Array.from({ length: WARM_LISTENERS }, (_, index) => index);
    await this.#audience.open(indices, endpoint.address);
    const reception = new Reception(context.clock);
    this.#audience.countAt(() => reception);
    const updates = await this.#observed.publish({ ...WARM_UPDATES, run: WARM_RUN, size: settings.size, seed });
    await reception.complete(updates * WARM_LISTENERS, LAST_UPDATES_NS);
    await this.#audience.close();
    await this.#agreeOnSockets();
  }

  /** How long it took; or which limit is in the way. */
  async #open(): Promise<Opened | Exclude<StepOutcome<Data>, { status: 'measured' }>> {
    const { listeners, endpoint, context } = this.#order;
    const beganNs = context.clock.now();
    const [first, ...others] = Array.from({ length: listeners }, (_, index) => index);
    if (first === undefined) return { openedNs: nanoseconds(0), connected: await this.#agreeOnSockets() };
    if (context.settings.cut !== undefined) this.#hop = await startHop(endpoint.address);
    await this.#audience.openOne(first, this.#hop?.address ?? endpoint.address, unhurried);
    const need = { listeners: others.length, socketsEach: this.#audience.openSockets };
    const stop = whatStops(need, roomFor(endpoint.pid));
    if (stop !== undefined) return stop;
    await this.#audience.open(others, endpoint.address);
    const openedNs = minus(context.clock.now(), beganNs);
    return { openedNs, connected: await this.#agreeOnSockets() };
  }

  /** Waits until the endpoint holds as many sockets as its clients. Rejects with both numbers when it never does. */
  async #agreeOnSockets(): Promise<Sockets> {
    const { clock } = this.#order.context;
    const limitNs = plus(clock.now(), AGREE_NS);
    for (;;) {
      const [endpoint, clients] = [await this.#observed.openSockets(), this.#audience.openSockets];
      if (endpoint === clients) return { endpoint, clients };
      if (clock.now() >= limitNs)
        throw new Error(
          `the endpoint holds ${endpoint} open sockets and its clients ${clients}: connections have come or gone unnoticed`,
        );
      await until(clock, plus(clock.now(), LOOK_EVERY_NS));
    }
  }

  async #silence(): Promise<Data['idle']> {
    const { clock, settings } = this.#order.context;
    const { used } = await this.#observed.during(() => until(clock, plus(clock.now(), settings.idle)));
    return used;
  }

  async #receive(): Promise<Data['receiving']> {
    const { listeners, context } = this.#order;
    const { settings, clock } = context;
    const reception = new Reception(clock);
    this.#audience.countAt((run) => (run === QUIET_RUN ? reception : undefined));
    const { used, found: events } = await this.#observed.during(async () => {
      const updates = await this.#publish(QUIET_RUN, settings.receive);
      await reception.complete(updates * listeners, LAST_UPDATES_NS);
      return updates;
    });
    return { ...used, events, ...reception.received(events * listeners) };
  }

  #publish(run: number, durationNs: Nanoseconds): Promise<number> {
    const { seed, settings } = this.#order.context;
    const { rate, arrivals, size } = settings;
    return this.#observed.publish({ run, rate, arrivals, size: bytes(size), durationNs, seed });
  }

  async #cutOff(): Promise<Data['cutOff']> {
    const { listeners, context } = this.#order;
    const { clock, settings } = context;
    const hop = this.#hop;
    if (settings.cut === undefined || hop === undefined) return null;
    const [one, others] = [new Reception(clock), new Reception(clock)];
    this.#audience.countAt((run, listener) => (run !== CUT_RUN ? undefined : listener === 0 ? one : others));
    const publishing = this.#publish(CUT_RUN, settings.cut);
    const afterNs = nanoseconds(Math.round(settings.cut * CUT_AT));
    const back = await cutOff({ audience: this.#audience, listener: 0, hop, afterNs, clock });
    const events = await publishing;
    await others.complete(events * (listeners - 1), LAST_UPDATES_NS);
    await one.complete(events, LAST_UPDATES_NS);
    const absence: Absence = await back();
    return { events, ...absence, cut: one.received(events), others: others.received(events * (listeners - 1)) };
  }
}
