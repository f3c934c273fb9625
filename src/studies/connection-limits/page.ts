/**
 * The page that opens streams in a browser until the next one does not open. It is served by the origin that it opens them
 * to, and tells what it found to another one: its own may be full by then.
 */

/** What the page is to do. */
export interface PageOrder {
  readonly stream: 'sse' | 'websocket';
  /** How many streams at most. */
  readonly most: number;
  /** How long the next stream, or an ordinary request, may take before it counts as waiting. */
  readonly patienceMs: number;
  /** Where what it finds is posted to. */
  readonly reportTo: string;
}

export const PATHS = { page: '/', stream: '/stream', plain: '/plain' } as const;

/** So many times longer than the slowest so far may the next one take before it is asked where it is. */
const SLOWER_BY = 10;
/** But no longer than this, which is also what the first one has, unless more patience was asked for. */
const LONGEST_MS = 5_000;
/** So often is waited again for what the server has received. */
const ROUNDS = 6;

/**
 * One stream after the other, so that the number is exact; a number in the query keeps the browser's cache out of it. On a
 * busy machine a slow browser is not one that refuses: a request counts as waiting only if it has not come to the server
 * when another one, sent later and to the other origin, has come back and said so.
 */
const SCRIPT = `
const sent = { streams: 0, plain: 0 };
let slowestMs = Infinity;
const tell = (report) => fetch(order.reportTo, { method: 'POST', body: JSON.stringify(report) });
const isUnderWay = async (kind) => {
  const reply = await tell({ at: 'waiting' });
  return (await reply.json())[kind] >= sent[kind];
};
const orWaits = async (kind, promise) => {
  for (let round = 0; round < ${ROUNDS}; round += 1) {
    const waitMs = Math.max(order.patienceMs, Math.min(${LONGEST_MS}, slowestMs * ${SLOWER_BY}));
    const patience = new Promise((resolve) => setTimeout(resolve, waitMs, 'waits'));
    const first = await Promise.race([promise, patience]);
    if (first !== 'waits') return first;
    if (!(await isUnderWay(kind))) return Promise.race([promise, patience]);
  }
  return 'waits';
};
const connect = () => {
  sent.streams += 1;
  return order.stream === 'websocket'
    ? new WebSocket('ws://' + location.host + '${PATHS.stream}')
    : new EventSource('${PATHS.stream}?' + sent.streams);
};
const outcomeOf = (stream) =>
  new Promise((resolve) => {
    stream.onopen = () => resolve('opens');
    stream.onerror = () => resolve('fails');
  });
const openAll = async () => {
  const open = [];
  while (open.length < order.most) {
    const startMs = performance.now();
    const stream = connect();
    const outcome = await orWaits('streams', outcomeOf(stream));
    if (outcome !== 'opens') return { open, next: { stream, outcome } };
    open.push(stream);
    const tookMs = performance.now() - startMs;
    slowestMs = open.length === 1 ? tookMs : Math.max(slowestMs, tookMs);
  }
  return { open, next: { outcome: 'none' } };
};
const askPlainly = async () => {
  const startMs = performance.now();
  sent.plain += 1;
  const giveUp = new AbortController();
  const reply = fetch('${PATHS.plain}', { cache: 'no-store', signal: giveUp.signal });
  const outcome = await orWaits('plain', reply.then(({ ok }) => (ok ? 'passes' : 'fails'), () => 'fails'));
  const elapsedMs = performance.now() - startMs;
  giveUp.abort();
  return { passed: outcome === 'passes', elapsedMs };
};
const opensAfterClosing = async ([first], { stream, outcome }) => {
  if (outcome !== 'waits' || first === undefined) return null;
  const then = outcomeOf(stream);
  first.close();
  return (await orWaits('streams', then)) === 'opens';
};
const run = async () => {
  const { open, next } = await openAll();
  const plain = await askPlainly();
  const opened = open.filter((stream) => stream.readyState === stream.OPEN).length;
  await tell({ at: 'full', opened, next: next.outcome, plain });
  await tell({ at: 'end', nextOpens: await opensAfterClosing(open, next) });
};
run();
`;

export const pageOf = (order: PageOrder): string =>
  `<!doctype html><title>connection limits</title><link rel="icon" href="data:,"><script>const order = ${JSON.stringify(order)};${SCRIPT}</script>`;
