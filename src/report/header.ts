/** The first line of a report: which tool, which plan, which machine, how noisy. */
import { percent, whole } from '../claims/quantity.ts';
import type { Environment, RunRecord } from '../result/record.ts';
import { RAN_APART, ranApart } from '../result/same-time.ts';
import { placementNote } from '../scenario/placement-choice.ts';
import type { Summary } from '../stats/summary.ts';

/** The parts of the line, in order. */
export function headerParts(summary: Summary): readonly string[] {
  const { record } = summary;
  return [
    `${record.tool.name} ${record.tool.version}`,
    `seed ${String(record.plan.seed)}`,
    ...(record.plan.trials.length === 0 ? [] : [trialWords(record)]),
    machineWords(record.environment),
    ...placementWords(record),
    ...driversWords(record),
    ...(record.plan.awake === true ? ['cores kept from idling'] : []),
    ...mergedWords(record),
    ...(record.plan.trials.length === 0 ? [] : [noiseWords(summary)]),
    ...warnings(summary),
  ];
}

function trialWords({ plan, stopped }: RunRecord): string {
  if (stopped !== undefined)
    return `${whole(stopped.afterBlock + 1)} of at most ${whole(plan.blocks)} trials each, interleaved`;
  const trials = plan.blocks === 1 ? '1 trial each' : `${whole(plan.blocks)} trials each`;
  return plan.arms.length > 1 && plan.blocks > 1 ? `${trials}, interleaved` : trials;
}

/** Where it is not as usual. */
function placementWords({ plan }: RunRecord): readonly string[] {
  const note = plan.placement === undefined ? '' : placementNote(plan.placement);
  return note === '' ? [] : [note];
}

function driversWords({ plan: { drivers }, mergedFrom }: RunRecord): readonly string[] {
  if (drivers === undefined) return [];
  const each = drivers === 1 ? '1 driver and a probe' : `${whole(drivers)} drivers and a probe`;
  return [mergedFrom === undefined ? each : `in each run ${each}`];
}

/** Of a merged record: the machine that is named is the first run's. */
function mergedWords({ mergedFrom }: RunRecord): readonly string[] {
  if (mergedFrom === undefined) return [];
  const machines = new Set(
    mergedFrom.map(({ environment: { cpuModel, cores, memoryBytes, platform, kernel, arch } }) =>
      JSON.stringify([cpuModel, cores, memoryBytes, platform, kernel, arch]),
    ),
  );
  const where = machines.size === 1 ? 'on like machines' : `on ${whole(machines.size)} kinds of machine`;
  return [
    `merged from ${whole(mergedFrom.length)} runs ${where}: loads, rates and resources are their sums`,
    ...(ranApart(mergedFrom) ? [`they ${RAN_APART}`] : []),
  ];
}

const PLATFORMS: Readonly<Partial<Record<string, string>>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' };

function machineWords({ node, cores, platform, kernel }: Environment): string {
  const system = PLATFORMS[platform] ?? platform;
  const version = /^\d+\.\d+/.exec(kernel)?.[0] ?? kernel;
  return `Node ${node.replace(/^v/, '')}, ${whole(cores)} ${cores === 1 ? 'core' : 'cores'}, ${system} ${version}`;
}

const noiseWords = ({ noiseShare }: Summary): string =>
  `noise of this machine: ${noiseShare === undefined ? 'unknown' : `p50 ±${percent(noiseShare)}`}`;

function warnings({ record, completedTrials }: Summary): readonly string[] {
  const last = record.stopped?.afterBlock ?? Infinity;
  const planned = record.plan.trials.filter(({ block }) => block <= last).length;
  const partial = record.status !== 'complete' || completedTrials < planned;
  const done = [
    ...(planned === 0 ? [] : [`${whole(completedTrials)} of ${whole(planned)} trials`]),
    ...(record.plan.studies.length === 0 ? [] : [stepWords(record)]),
  ];
  return [
    ...(partial ? [`${record.status === 'failed' ? 'FAILED' : 'PARTIAL'}: ${done.join(', ')}`] : []),
    ...(record.plan.quick ? ['QUICK: shorter windows, fewer calls; a first look only'] : []),
  ];
}

function stepWords({ plan, studies }: RunRecord): string {
  const count = (list: readonly { readonly steps: readonly unknown[] }[]): number =>
    list.reduce((sum, { steps }) => sum + steps.length, 0);
  return `${whole(count(studies))} of ${whole(count(plan.studies))} steps of studies`;
}
