/** Row: average message latency. */
import type { CellSummary, Summary } from '../stats/summary.ts';
import { milliseconds } from '../units.ts';
import { articlePairs } from '../scenario/article-sides.ts';
import type { NetworkProfile } from '../scenario/network.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Judgement } from './claim.ts';
import { defineClaim, type Evidence } from './define.ts';
import { cellsOf, comparisonOf, estimateOf, estimatesOf, extremes } from './evidence.ts';
import { overNetworks, placeNote } from './networks.ts';
import { time, timeRange, timesWithInterval } from './quantity.ts';
import { everyMeasured, isBelow, type Truth, verdictOf, withNote } from './verdict.ts';

const SSE_LIMIT = milliseconds(50);
const WEBSOCKET_LIMIT = milliseconds(5);

/** Each side against its own limit; the claim tells the two apart only if SSE is not below WebSocket's limit as well. */
export const latency = defineClaim({
  kind: 'row',
  id: 'latency',
  label: 'Avg. Message Latency (LAN)',
  claimed: { sse: '< 50 ms', websocket: '< 5 ms' },
  rule:
    'A side is true if the upper interval bound of the mean over trials, of tool calls and of notifications where they were measured, is below its limit: 50 ms for SSE, 5 ms for WebSocket. ' +
    'If SSE is below 5 ms too, the claim does not tell them apart. Judged over lan where that was run, else where the run began.',
  needs: [{ scenario: 'tool-calls', metrics: ['response-time.mean'] }],
  wouldAnswer: 'the tool-calls and notifications scenarios',
  byClient: true,
  looksAt: 'cells',
  measure: (summary, arm) => {
    const lan = overLan(summary, arm);
    const own = linesOf(summary, arm);
    return lan === undefined ? own : [...own, ...linesOf(summary, lan).map((line) => `over lan: ${line}`)];
  },
  judge: (evidence) => {
    const networks = overNetworks(evidence.summary.arms);
    const judged =
      networks.find(({ profile }) => profile === 'lan') ?? networks.find(({ sse }) => sse === evidence.sse);
    const where = judged === undefined ? '' : `${placeNote(judged)}${NO_LAN[judged.profile] ?? ', which is no LAN'}`;
    const over = { ...evidence, ...judged };
    return withNote(judge(over), `${ratioNote(over)}${where}`);
  },
});

/** What a network that stands in for a LAN is not. */
const NO_LAN: Readonly<Partial<Record<NetworkProfile, string>>> = {
  lan: ', emulated',
  lo: ', not even an emulated LAN',
};

const linesOf = (summary: Summary, arm: Arm): readonly string[] => [
  ...callLines(summary, arm),
  ...pushLines(summary, arm),
];

/** The same side over a LAN, for the arm that stands in the article's column; none where that is its network already. */
function overLan({ arms }: Summary, arm: Arm): Arm | undefined {
  const [column] = articlePairs(arms);
  const side = column?.sse === arm ? 'sse' : column?.websocket === arm ? 'websocket' : undefined;
  const lan = overNetworks(arms).find(({ profile }) => profile === 'lan');
  const found = side === undefined ? undefined : lan?.[side];
  return found === arm ? undefined : found;
}

function judge(evidence: Evidence): Judgement {
  const sse = meansBelow(evidence, evidence.sse, SSE_LIMIT);
  const websocket = meansBelow(evidence, evidence.websocket, WEBSOCKET_LIMIT);
  const verdict = verdictOf([
    { of: 'SSE', holds: sse, seen: '' },
    { of: 'WebSocket', holds: websocket, seen: '' },
  ]);
  if (verdict.word !== 'confirmed') return verdict;
  const same = meansBelow(evidence, evidence.sse, WEBSOCKET_LIMIT) === true;
  return withNote(
    { ...verdict, discriminates: !same },
    same ? 'SSE is below 5 ms too' : 'SSE is not shown to be below 5 ms',
  );
}

function meansBelow({ cells }: Evidence, arm: Arm, limitNs: number): Truth {
  const calls = estimatesOf(cells('tool-calls'), arm.id, 'response-time.mean');
  const pushes = estimatesOf(cells('notifications'), arm.id, 'delivery.mean');
  return everyMeasured([...calls, ...pushes].map((estimate) => isBelow(estimate, limitNs)));
}

function ratioNote({ cells, sse, websocket }: Evidence): string {
  const [cell] = cells('tool-calls');
  const direction = { armId: websocket.id, baseArmId: sse.id };
  const found = cell === undefined ? undefined : comparisonOf(cell, 'response-time.mean', direction);
  if (found === undefined) return '';
  return `mean call WebSocket ÷ SSE ${timesWithInterval({ value: found.ratio, low: found.low95, high: found.high95 })}; `;
}

const callLines = (summary: Summary, arm: Arm): readonly string[] =>
  cellsOf(summary, 'tool-calls').flatMap((cell) => callLine(cell, arm));

function callLine(cell: CellSummary, arm: Arm): readonly string[] {
  const mean = estimateOf(cell, arm.id, 'response-time.mean');
  if (mean === undefined) return [];
  const p50 = estimateOf(cell, arm.id, 'response-time.p50');
  const p99 = estimateOf(cell, arm.id, 'response-time.p99');
  const quantiles = [p50 && `p50 ${time(p50.value)}`, p99 && `p99 ${time(p99.value)}`].filter(
    (text) => text !== undefined,
  );
  return [`call ${time(mean.value)} mean${quantiles.length > 0 ? ` (${quantiles.join(', ')})` : ''}`];
}

function pushLines(summary: Summary, arm: Arm): readonly string[] {
  const range = extremes(estimatesOf(cellsOf(summary, 'notifications'), arm.id, 'delivery.mean'));
  return range === undefined ? [] : [`push ${timeRange(range.low, range.high)} mean`];
}
