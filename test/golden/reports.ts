/** The runs whose reports are kept as golden files. */
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

/** A record in which everything that comes from a file, a server or a machine says the same strange thing. */
export function strangeRecord(text: string): RunRecord {
  const record = fixtureRecord({ blocks: 2 });
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
