/** The sides of a comparison of two builds: every way of speaking MCP that was asked for, or every server, in both of them. */
import { platform } from 'node:os';
import { prepareBuilds, type PreparedBuilds } from '../builds/prepare.ts';
import { DEFAULT_PAIR_GATE } from '../gate/defaults.ts';
import { pairFamily, tooLarge } from '../gate/family.ts';
import type { JsonObject } from '../mcp/jsonrpc.ts';
import type { Unsupported } from '../result/record.ts';
import { armOfBuild } from '../scenario/builds.ts';
import type { PairGate } from '../scenario/gate.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Cell } from '../scenario/scenario.ts';
import { defaultVariant } from '../scenario/variant.ts';
import { quote } from '../scenario/wording.ts';
import { TargetError, type TargetSpec } from '../target/spec.ts';
import { loadTransport } from '../transports/discover.ts';
import type { Nanoseconds } from '../units.ts';
import { type ChosenArms } from './arms.ts';
import type { BuildFlags } from './build-flags.ts';
import { UsageError } from './exit-code.ts';
import type { TargetFlags } from './target-flags.ts';
import { chooseTargets } from './targets.ts';

type Say = (line: string) => void;

/** Arms in both builds, with what their servers need to be started. */
export interface BuiltArms extends ChosenArms {
  readonly gate: PairGate;
  readonly prepared: PreparedBuilds;
  /** Of somebody's servers, by arm; `undefined` where they are the tool's own. */
  readonly specs?: ReadonlyMap<string, TargetSpec>;
}

export interface BuildChoice {
  readonly flags: BuildFlags;
  readonly cells: readonly Cell[];
  readonly say: Say;
}

/** Builds of this tool: the arms are chosen as ever, and then each stands twice. */
export async function chooseOwnBuilds(chosen: ChosenArms, { flags, cells, say }: BuildChoice): Promise<BuiltArms> {
  const { apart, hosted } = await splitByProcess(chosen.arms);
  const arms = apart.flatMap((arm) => inBoth(arm, flags));
  const unsupported = [
    ...chosen.unsupported.flatMap((one) => (one.cellId === null ? [one] : inBothBuilds(one, flags))),
    ...hosted.map(({ id }) => ({ armId: id, cellId: null, reason: NO_PROCESS })),
  ];
  const gate = pairGateOf(flags, { arms, cells, impossible: unsupported, knowsProcessorTime: () => true });
  const prepared = await prepareBuilds(flags.sources, { ...flags, isOwn: true, cwd: process.cwd(), say });
  return { ...chosen, arms, unsupported, gate, prepared };
}

const NO_PROCESS = 'its endpoint has no process of its own, in which another build could run';

async function splitByProcess(arms: readonly Arm[]) {
  const transports = await Promise.all(arms.map(({ variant }) => loadTransport(variant.transport)));
  const isApart = (_: Arm, at: number): boolean => transports[at]?.capabilities.has('own-process') === true;
  return { apart: arms.filter(isApart), hosted: arms.filter((arm, at) => !isApart(arm, at)) };
}

const inBoth = (arm: Arm, { sources }: BuildFlags): readonly Arm[] => sources.map(({ name }) => armOfBuild(arm, name));

const inBothBuilds = (one: Unsupported, { sources }: BuildFlags): readonly Unsupported[] =>
  sources.map(({ name }) => ({ ...one, armId: `${one.armId}:${name}` }));

export interface TargetChoice extends BuildChoice {
  readonly targets: TargetFlags;
  readonly readyTimeoutNs: Nanoseconds;
}

/** Somebody's servers: their commands are started in the folder of either build, and both are asked the same. */
export async function chooseBuiltTargets(choice: TargetChoice): Promise<BuiltArms> {
  const { flags, targets, cells, say } = choice;
  const running = targets.specs.find(({ argv }) => argv === undefined);
  if (running !== undefined)
    throw new UsageError(
      `--target ${quote(running.name)}: runs already, whatever --arm says; name the command that starts it: --command ${quote(`${running.name}=<command>`)}`,
    );
  const isLinux = platform() === 'linux';
  if (!isLinux) say('endpoint-cpu-per-message is not judged: this system does not tell what another process uses');
  const judged = { cells, impossible: [], knowsProcessorTime: () => isLinux };
  // What they speak is not known yet, and does not change how many metrics there are.
  pairGateOf(flags, { ...judged, arms: targets.specs.flatMap((spec, at) => inBoth(standIn(spec, at), flags)) });
  const prepared = await prepareBuilds(flags.sources, { ...flags, isOwn: false, cwd: process.cwd(), say });
  try {
    const { arms, specs } = await lookAtBoth(choice, prepared);
    const gate = pairGateOf(flags, { ...judged, arms });
    return { arms, specs, unsupported: [], repliesOneWay: [], gate, prepared };
  } catch (error) {
    await prepared.end();
    throw error;
  }
}

const standIn = ({ name }: TargetSpec, at: number): Arm => ({
  id: String(at),
  title: name,
  variant: { ...defaultVariant('stdio'), target: name },
});

async function lookAtBoth({ flags, targets, readyTimeoutNs, say }: TargetChoice, { folders }: PreparedBuilds) {
  const [base, head] = flags.sources;
  const look = async (build: string, { specs, wish }: Pick<TargetFlags, 'specs' | 'wish'>) => {
    const there = specs.map((spec) => ({ ...spec, cwd: folders.get(build) }));
    try {
      return await chooseTargets({ ...targets, specs: there, wish }, readyTimeoutNs, (line) =>
        say(`${build}: ${line}`),
      );
    } catch (error) {
      throw error instanceof TargetError
        ? new TargetError(`--arm ${build}: ${error.message}`, { cause: error })
        : error;
    }
  };
  const before = await look(base.name, targets);
  const arms: Arm[] = [];
  const specs = new Map<string, TargetSpec>();
  for (const arm of before.arms) {
    const spec = before.specs.get(arm.id);
    if (spec === undefined || arm.call === undefined) throw new Error(`arm ${arm.id} came without its server`);
    const wish = { tool: arm.call.tool, args: JSON.parse(arm.call.args) as JsonObject };
    const after = await look(head.name, { specs: [spec], wish });
    const [found] = after.arms;
    if (found === undefined) throw new Error(`arm ${arm.id} was not found in ${head.name}`);
    sayDifference(arm, found, flags, say);
    const both = [armOfBuild(arm, base.name), armOfBuild({ ...found, id: arm.id }, head.name)];
    arms.push(...both);
    for (const one of both) specs.set(one.id, { ...spec, cwd: folders.get(one.build ?? '') });
  }
  return { arms, specs };
}

/** Another revision or transport is part of what the newer code changes; whoever reads the numbers has to know. */
function sayDifference(before: Arm, after: Arm, { sources: [base, head] }: BuildFlags, say: Say): void {
  const words = ({ variant }: Arm): string => `${variant.transport} ${variant.protocol}`;
  if (words(before) !== words(after))
    say(`${quote(before.variant.target)} speaks ${words(before)} in ${base.name} and ${words(after)} in ${head.name}`);
}

type Judged = Omit<Parameters<typeof pairFamily>[0], 'metrics' | 'maxRegression'>;

/** Throws a `UsageError` where so many metrics could not be judged. */
function pairGateOf({ gate, metrics, maxRegression }: BuildFlags, judged: Judged): PairGate {
  const family = pairFamily({ ...judged, metrics, maxRegression });
  const why = tooLarge(family, gate);
  const isUsual = gate.looks === DEFAULT_PAIR_GATE.looks;
  if (why !== undefined)
    throw new UsageError(
      `${isUsual ? '--arm' : '--looks'}: ${why}; ask for fewer scenarios, arms or metrics (--gate), for later looks (--looks), or for a larger --alpha`,
    );
  return { ...gate, family };
}
