/** The runs whose reports are kept as golden files. */
import { findingsOf } from '../../src/report/findings-of.ts';
import { reportOf } from '../../src/report/report-of.ts';
import type { GateFinding, GateVerdict, GateWord } from '../../src/result/findings.ts';
import type { RunRecord } from '../../src/result/record.ts';
import { milliseconds, nanoseconds } from '../../src/units.ts';
import type { Cell } from '../../src/scenario/scenario.ts';
import { FAN_OUT_CELLS, FIXTURE_CELLS } from '../fixtures/cells.ts';
import { distributionOf, failedAfter, fixtureRecord, withMeasurements, withTrials } from '../fixtures/record.ts';

/** Everything measured, six times, with a few blemishes. */
export const richRecord = (): RunRecord => fixtureRecord();

/** The same transport twice. */
export const sameTwiceRecord = (): RunRecord => fixtureRecord({ armIds: ['sse', 'sse#2'] });

/** Cut off, quick, with failed trials, and one error that would clear the screen. */
export function partialRecord(): RunRecord {
  const record = fixtureRecord({ blocks: 3 });
  const failing = withTrials(record, (trial) =>
    trial.block === 1 && trial.armId === 'websocket'
      ? failedAfter(trial, 2, 'endpoint ended: \u001b[2J<b>exit 1</b>\nat | line 2')
      : trial,
  );
  const trials = failing.trials.slice(0, 5);
  return { ...failing, status: 'partial', finishedAt: null, trials, plan: { ...failing.plan, quick: true } };
}

/** Nothing in it may be shown: every measurement is disqualified, and one arm never ran. */
export function nothingValidRecord(): RunRecord {
  const record = withMeasurements(fixtureRecord({ blocks: 2 }), (measurement) => ({
    ...measurement,
    doubts: [{ kind: 'wrong-answers', count: 12 }],
  }));
  const trials = record.trials.filter(({ armId }) => armId === 'sse');
  return {
    ...record,
    status: 'failed',
    trials,
    unsupported: [{ armId: 'websocket', cellId: null, reason: 'this Node has no such module' }],
  };
}

/** More arms than the comparison has columns. */
export const manyArmsRecord = (): RunRecord =>
  fixtureRecord({ armIds: ['sse', 'websocket', 'streamable-http', 'loopback', 'websocket#2'] });

/** The article's two over loopback and over networks of which one is emulated badly, and one not at all. */
export function networksRecord(): RunRecord {
  const armIds = ['sse', 'websocket', 'sse+lan', 'websocket+lan', 'sse+wan', 'websocket+wan'];
  const record = fixtureRecord({ armIds, cells: cellsOf('tool-calls', 'agent-loop', 'notifications') });
  const addedNs = nanoseconds(320_000);
  const doubted = withMeasurements(record, (measurement, { armId }) => ({
    ...measurement,
    doubts: [
      ...measurement.doubts,
      ...(armId.endsWith('+lan') ? [{ kind: 'relay-error', addedNs, roundTripNs: milliseconds(0.5) } as const] : []),
    ],
  }));
  return { ...doubted, unsupported: [{ armId: 'sse+wan-lossy', cellId: null, reason: 'this kernel has no netem' }] };
}

/** One arm for each variant that `all` stands for; one of them cannot run what asks for progress. */
export function allArmsRecord(): RunRecord {
  const armIds = [
    'sse',
    'websocket',
    'stdio',
    'streamable-http',
    'streamable-http+json',
    'streamable-http@2026-07-28',
    'streamable-http@2026-07-28+json',
    'websocket@2026-07-28',
    'stdio@2026-07-28',
    'sse+h2',
    'streamable-http+h2',
    'loopback',
  ];
  const impossible = [
    {
      armId: 'streamable-http+json',
      cellId: 'duplex[both]',
      reason: 'a reply that is one JSON object has no room for progress',
    },
  ];
  return {
    ...fixtureRecord({ armIds, impossible, cells: cellsOf('tool-calls', 'notifications', 'duplex') }),
    unsupported: [...impossible, H2_WEBSOCKET],
  };
}

/** One event to few and to many. */
export const fanOutRecord = (): RunRecord => fixtureRecord({ cells: FAN_OUT_CELLS });

/** Some of the scenarios: of many arms, all of them would be many numbers. */
const cellsOf = (...names: readonly string[]): Cell[] =>
  FIXTURE_CELLS.filter(({ scenario }) => names.includes(scenario.name));

const H2_WEBSOCKET = { armId: 'websocket+h2', cellId: null, reason: 'the upgrade needs HTTP/1.1' };

/** Somebody else's servers: what their endpoint does nobody knows. */
export function targetsRecord(): RunRecord {
  const record = fixtureRecord({
    armIds: ['websocket', 'streamable-http', 'stdio'],
    cells: cellsOf('tool-calls', 'notifications'),
  });
  const arms = record.plan.arms.map((arm) => ({ ...arm, variant: { ...arm.variant, target: arm.id } }));
  const known = withMeasurements(record, (measurement) => ({
    ...measurement,
    endpoint: null,
    delivery: distributionOf([]),
    deliveryFromDue: distributionOf([]),
  }));
  return { ...known, plan: { ...known.plan, arms } };
}

/** Judged, with a finding of every kind, word and unit beside those of the word that stands for all. */
export function gateRecord(word: GateWord): RunRecord {
  const findings = FINDINGS.filter((finding) => finding.word === 'pass' || finding.word === word || word === 'fail');
  const notes = {
    pass: ['It was judged after 6 of at most 24 pairs.'],
    fail: [
      'Block 3 was measured again, because the machine was disturbed; with its first attempt the word is the same.',
    ],
    inconclusive: ['It was judged after 24 of at most 24 pairs.'],
  };
  return judged(fixtureRecord({ cells: cellsOf('tool-calls', 'notifications') }), {
    word,
    findings,
    notes: notes[word],
  });
}

const judged = (record: RunRecord, gate: GateVerdict): RunRecord => ({
  ...record,
  findings: { ...findingsOf(reportOf(record)), gate },
});

const FINDING: GateFinding = {
  kind: 'threshold',
  name: 'response-time.p99<5ms',
  cellId: 'tool-calls',
  armId: 'sse',
  metric: 'response-time.p99',
  word: 'pass',
  difference: null,
  unit: 'ns',
  value: 389_000,
  low: 371_000,
  high: 402_000,
  limit: 5_000_000,
  smallestDetectable: null,
  count: 6,
  because: 'the whole interval lies below 5.00 ms',
};

const RATIO: GateFinding = {
  ...FINDING,
  kind: 'pair',
  name: 'response-time.p50 of tool-calls, websocket of head against that of base',
  armId: 'websocket',
  metric: 'response-time.p50',
  difference: 'equivalent',
  unit: 'ratio',
  value: 1.004,
  low: 0.991,
  high: 1.013,
  limit: 1.05,
  smallestDetectable: 1.031,
  because: 'a change for the worse of 5 % is excluded',
};

const FINDINGS: readonly GateFinding[] = [
  FINDING,
  { ...FINDING, armId: 'websocket', value: 228_000, low: 214_000, high: 241_000 },
  RATIO,
  {
    ...RATIO,
    name: 'endpoint-cpu-per-message of tool-calls, websocket of head against that of base',
    metric: 'endpoint-cpu-per-message',
    word: 'fail',
    difference: 'slower',
    value: 1.214,
    low: 1.171,
    high: 1.262,
    limit: 1.05,
    because: '21 % more than base, at least 17 %, where 5 % may be',
  },
  {
    ...FINDING,
    name: 'endpoint-cpu-per-message<80us',
    armId: 'websocket',
    metric: 'endpoint-cpu-per-message',
    word: 'fail',
    unit: 'us',
    value: 85.1,
    low: 84.6,
    high: 85.5,
    limit: 80,
    because: 'the whole interval lies above 80.0 µs',
  },
  {
    ...RATIO,
    kind: 'baseline',
    name: 'delivery.p50 of notifications[100/s] over sse, against the baseline main',
    cellId: 'notifications[100/s]',
    armId: 'sse',
    metric: 'delivery.p50',
    word: 'inconclusive',
    difference: 'inconclusive',
    value: 1.041,
    low: 0.97,
    high: 1.118,
    limit: 1.1,
    smallestDetectable: 1.108,
    because: '6 pairs cannot exclude a change of 10 %',
  },
  {
    ...FINDING,
    name: 'within-100ms>=99.9%',
    cellId: null,
    armId: null,
    metric: 'within-100ms',
    word: 'inconclusive',
    unit: 'share',
    value: null,
    low: null,
    high: null,
    limit: 0.999,
    count: 0,
    because: 'no cell of this run has the metric',
  },
  {
    ...FINDING,
    name: 'rate>1000',
    because: 'the whole interval lies above 1,000/s',
    metric: 'rate',
    unit: 'per-second',
    value: 3_412,
    low: 3_391,
    high: 3_440,
    limit: 1_000,
  },
  {
    ...FINDING,
    name: 'wire-up-per-message<1KiB',
    because: 'all 6 trials have it below 1,024 B',
    metric: 'wire-up-per-message',
    unit: 'bytes',
    value: 405,
    low: 405,
    high: 405,
    limit: 1_024,
  },
  {
    ...FINDING,
    name: 'sockets-per-client<=2',
    because: 'all 6 trials have it at most at 2',
    metric: 'sockets-per-client',
    unit: 'count',
    value: 2,
    low: 2,
    high: 2,
    limit: 2,
  },
];

/** One cell, three blocks of two builds: one measured again, one in which an arm failed. For formats that write down every trial. */
export function buildsRecord(): RunRecord {
  const record = fixtureRecord({ blocks: 3, cells: cellsOf('tool-calls') });
  const arms = record.plan.arms.map((arm, at) => ({ ...arm, build: at === 0 ? 'base' : 'head' }));
  const trials = record.trials.flatMap((trial) => {
    if (trial.block === 1) return [trial, { ...trial, attempt: 1 }];
    return trial.block === 2 && trial.armId === 'websocket'
      ? [failedAfter(trial, 0, 'endpoint ended: exit 1')]
      : [trial];
  });
  const inOrder = trials.toSorted((a, b) => a.block - b.block || (a.attempt ?? 0) - (b.attempt ?? 0));
  const plan = {
    ...record.plan,
    arms,
    builds: [
      { name: 'base', from: 'main' },
      { name: 'head', from: '.' },
    ],
  };
  return judged({ ...record, plan, trials: inOrder }, { word: 'fail', findings: FINDINGS.slice(0, 5), notes: [] });
}

/** More that failed than a page has room for. */
export function thousandFindingsRecord(): RunRecord {
  const [, , , failed = FINDING] = FINDINGS;
  const findings = Array.from({ length: 1_000 }, (_unused, at) => ({
    ...failed,
    name: `${failed.name}, number ${at}`,
  }));
  return judged(fixtureRecord({ blocks: 2, cells: cellsOf('tool-calls') }), { word: 'fail', findings, notes: [] });
}

/** A gate that was asked in strange words, of a record that is strange throughout. */
export function strangeGateRecord(text: string): RunRecord {
  const record = strangeRecord(text, fixtureRecord({ blocks: 2, cells: cellsOf('notifications') }));
  const [cellId = null] = record.plan.cells.map(({ id }) => id);
  const findings = FINDINGS.map((finding) => ({ ...finding, name: text, cellId, armId: text, because: text }));
  const builds = record.plan.arms.map((arm) => ({ ...arm, build: text }));
  return judged({ ...record, plan: { ...record.plan, arms: builds } }, { word: 'fail', findings, notes: [text] });
}

/** A record in which everything that comes from a file, a server or a machine says the same strange thing. */
export function strangeRecord(text: string, record: RunRecord = fixtureRecord({ blocks: 2 })): RunRecord {
  const cells = record.plan.cells.map((cell) => ({
    ...cell,
    level: cell.level === '' ? '' : text,
    scenario: { ...cell.scenario, title: text },
  }));
  const doubted = withMeasurements(record, (measurement) => ({
    ...measurement,
    doubts: [{ kind: 'errors', count: 1, example: text }],
  }));
  const failed = withTrials(doubted, (trial) => (trial.block === 1 ? failedAfter(trial, 3, text) : trial));
  const facts = record.matching.facts.map((seen) => ({ ...seen, established: text }));
  return {
    ...failed,
    plan: { ...failed.plan, cells },
    unsupported: [{ armId: 'stdio', cellId: null, reason: text }],
    environment: { ...failed.environment, node: text, kernel: text, platform: text },
    matching: { ...failed.matching, unmatched: [text], facts },
  };
}
