/** A quiet stream alone, beside a busy neighbour on the same connection, and apart from it on another. */
import type { McpClient } from '../../mcp/client.ts';
import type { Exchange } from '../../mcp/outcome.ts';
import { EVENT_METHOD, readEvent, topicUri } from '../../mcp/events.ts';
import type { JsonObject } from '../../mcp/jsonrpc.ts';
import { fillerSource, nonceOf, paddedText } from '../../mcp/payload.ts';
import { type Clock, until } from '../../measure/clock.ts';
import { Histogram } from '../../measure/histogram.ts';
import type { StudyData } from '../../result/study-data.ts';
import { TIMER_GRID_NS, scheduleArrivals } from '../../scenario/arrivals.ts';
import type { StudySettings } from '../../scenario/study-settings.ts';
import type { Sharing } from '../../transports/contract.ts';
import { type Nanoseconds, milliseconds, minus, nanoseconds, plus, seconds } from '../../units.ts';
import { closeShared } from '../../wire/sharing.ts';
import type { StudySession } from '../bench.ts';
import type { Origins } from './origins.ts';

export type Round = NonNullable<StudyData['multi-server']['rounds']>[number];
type Settings = StudySettings['multi-server'];
type Condition = Round['condition'];

export interface HogOrder {
  readonly origins: Origins;
  /** Whether the hog is a session of its own, or calls in the session of the quiet stream. */
  readonly layout: 'sessions' | 'topics';
  readonly settings: Settings;
  readonly clock: Clock;
  readonly seed: number;
}

const CONDITIONS: readonly Condition[] = ['alone', 'apart', 'beside'];
const WARM_RESULTS = 10;
const WARM_CALLS = 200;
const QUIET = 0;
const TOPIC = 'quiet';
/** Time for the hog to be under way, and for the order to publish to be there. */
const LEAD_NS = milliseconds(20);
const PROMPT_NS = seconds(20);
const ARRIVAL_LOOKS = 200;
const LOOK_EVERY_NS = milliseconds(10);

/** Calls without a pause until it is told to stop. */
class Hog {
  results = 0;
  readonly #client: McpClient;
  readonly #params: JsonObject;
  #running = false;
  #inFlight = 0;
  #settled: (() => void) | undefined;
  #awaited: { readonly results: number; readonly tell: () => void } | undefined;

  constructor({ client }: StudySession, { hog }: Settings) {
    this.#client = client;
    this.#params = { name: 'produce', arguments: { text: nonceOf(1, 0), size: hog.size } };
  }

  start(inFlight: number): void {
    this.#running = true;
    for (let call = 0; call < inFlight; call += 1) this.#call();
  }

  #call(): void {
    this.#inFlight += 1;
    this.#client.start('tools/call', this.#params, ({ outcome }) => {
      this.#inFlight -= 1;
      if (outcome.kind === 'ok') this.results += 1;
      if (outcome.kind !== 'ok' || this.results >= (this.#awaited?.results ?? Infinity)) this.#awaited?.tell();
      // One that fails is not tried again: a server that is gone would be asked without end.
      if (this.#running && outcome.kind === 'ok') this.#call();
      else if (this.#inFlight === 0) this.#settled?.();
    });
  }

  /** Resolves when it has had so many results, or one call has failed. */
  until(results: number): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { results, tell: resolve };
    });
  }

  /** Resolves when its last call is over. */
  stop(): Promise<void> {
    this.#running = false;
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#settled = resolve;
    });
  }
}

/** What the quiet stream has seen in one window. */
class Window {
  readonly run: number;
  readonly calls = new Histogram();
  readonly delivery = new Histogram();
  due = 0;
  settled = 0;
  failed = 0;
  readonly #arrived = new Set<number>();

  constructor(run: number) {
    this.run = run;
  }

  get arrived(): number {
    return this.#arrived.size;
  }

  answered(dueNs: Nanoseconds, { outcome, completedNs }: Exchange): void {
    this.settled += 1;
    if (outcome.kind === 'ok') this.calls.record(minus(completedNs, dueNs));
    else this.failed += 1;
  }

  notified(method: string, params: JsonObject, receivedNs: Nanoseconds): void {
    const event = method === EVENT_METHOD ? readEvent(params) : undefined;
    if (event?.run !== this.run || this.#arrived.has(event.sequence)) return;
    this.#arrived.add(event.sequence);
    this.delivery.record(minus(receivedNs, event.emittedNs));
  }
}

export async function measureHog(order: HogOrder): Promise<readonly Round[]> {
  const { origins, layout, settings } = order;
  const common: Sharing = {};
  const own: Sharing = {};
  const sessions: StudySession[] = [];
  let window = new Window(0);
  const open = async (server: number, sharing: Sharing): Promise<StudySession> => {
    const session = await origins.open({
      server,
      sharing,
      onNotification: (...notification) => window.notified(...notification),
    });
    sessions.push(session);
    return session;
  };
  const busy = origins.endpoints.length - 1;
  try {
    const quiet = await open(QUIET, common);
    await quiet.client.subscribe([topicUri(TOPIC)]);
    const beside = layout === 'topics' ? quiet : await open(busy, common);
    const apart = await open(busy, own);
    const hogs = { beside: new Hog(beside, settings), apart: new Hog(apart, settings), alone: undefined };
    await warmUp(order, quiet, [hogs.beside, hogs.apart]);
    const rounds: Round[] = [];
    for (const [index, condition] of orderOf(settings.rounds).entries()) {
      window = new Window(index + 1);
      rounds.push(await lookAt({ ...order, quiet, window, condition, hog: hogs[condition] }));
    }
    return rounds;
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
    await Promise.all([common, own].map((shared) => closeShared(shared)));
  }
}

/** The first long result takes the endpoint long to make, and code that has not run yet is slow on either side. */
async function warmUp({ settings, seed }: HogOrder, { client }: StudySession, hogs: readonly Hog[]): Promise<void> {
  for (const hog of hogs) {
    hog.start(1);
    await hog.until(WARM_RESULTS);
    await hog.stop();
  }
  const params = {
    name: 'echo',
    arguments: { text: paddedText(nonceOf(0, 0), settings.quiet.size, fillerSource(seed)) },
  };
  for (let call = 0; call < WARM_CALLS; call += 1) await client.request('tools/call', params);
}

/** Each condition once in every round, and another one first each time. */
const orderOf = (rounds: number): readonly Condition[] =>
  Array.from({ length: rounds }, (_, round) => {
    const first = round % CONDITIONS.length;
    return [...CONDITIONS.slice(first), ...CONDITIONS.slice(0, first)];
  }).flat();

interface Look extends HogOrder {
  readonly quiet: StudySession;
  readonly window: Window;
  readonly condition: Condition;
  readonly hog: Hog | undefined;
}

async function lookAt(look: Look): Promise<Round> {
  const { origins, settings, clock, seed, window, condition, hog } = look;
  const before = hog?.results ?? 0;
  hog?.start(settings.hog['in-flight']);
  const startNs = plus(clock.now(), LEAD_NS);
  const publication = {
    topic: TOPIC,
    arrivals: 'constant' as const,
    ratePerSec: settings.quiet.rate,
    payloadBytes: settings.quiet.size,
    subscribers: 1,
  };
  const order = { run: window.run, publications: [publication], seed, startNs, durationNs: settings.window };
  const publishing = origins.of(QUIET).ask('publish', order, plus(PROMPT_NS, settings.window));
  const [{ published }] = await Promise.all([publishing, callByCalendar(look, startNs)]);
  const hogResults = (hog?.results ?? 0) - before;
  const isOver = (): boolean => window.settled === window.due && window.arrived >= published;
  for (let wait = 0; wait < ARRIVAL_LOOKS && !isOver(); wait += 1) await until(clock, plus(clock.now(), LOOK_EVERY_NS));
  await hog?.stop();
  return {
    condition,
    callsNs: window.calls.encode(),
    deliveryNs: window.delivery.encode(),
    due: window.due,
    failed: window.failed + window.due - window.settled,
    published,
    lost: published - window.arrived,
    hogResults,
  };
}

/** Resolves when the last call has been sent. */
async function callByCalendar({ quiet, settings, clock, seed, window }: Look, startNs: Nanoseconds): Promise<void> {
  const filler = fillerSource(seed);
  const offsets = scheduleArrivals({
    arrivals: 'constant',
    ratePerSec: settings.quiet.rate,
    durationNs: settings.window,
    seed,
    gridNs: TIMER_GRID_NS,
  });
  for (const [sequence, offset] of offsets.entries()) {
    const dueNs = plus(startNs, nanoseconds(offset));
    await until(clock, dueNs);
    window.due += 1;
    const text = paddedText(nonceOf(0, sequence), settings.quiet.size, filler);
    quiet.client.start('tools/call', { name: 'echo', arguments: { text } }, (exchange) =>
      window.answered(dueNs, exchange),
    );
  }
}
