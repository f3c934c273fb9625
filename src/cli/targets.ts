/** Other people's servers → arms of the plan: each is looked at once, and what was found is said aloud. */
import type { Arm } from '../scenario/plan.ts';
import type { Cell, Extent, LoadModel } from '../scenario/scenario.ts';
import { formatDuration, formatRate } from '../scenario/quantities.ts';
import { escapeUnprintable, quote } from '../scenario/wording.ts';
import { isLoopback } from '../target/reach.ts';
import { TargetError, type TargetSpec, redact, secretsOf, shownUrl } from '../target/spec.ts';
import { startTarget } from '../target/start.ts';
import { type Survey, survey } from '../target/survey.ts';
import { type Nanoseconds, toMilliseconds } from '../units.ts';
import { UsageError } from './exit-code.ts';
import type { TargetFlags } from './target-flags.ts';

export interface ChosenTargets {
  readonly arms: readonly Arm[];
  /** By arm. What is secret stays in here. */
  readonly specs: ReadonlyMap<string, TargetSpec>;
}

/** What would be sent, for the question whether it may be. */
export interface PlannedLoad {
  readonly cells: readonly Cell[];
  readonly trials: number;
  readonly processWarmup: Extent;
}

type Say = (line: string) => void;

/** Throws a `UsageError` when a load could leave this machine and nobody has said yes. */
export async function refuseStrangers({ specs, yes }: TargetFlags, load: PlannedLoad, say: Say): Promise<void> {
  const strangers = await Promise.all(
    specs.map(async ({ name, url }) => {
      if (url === undefined) return [];
      const here = await isLoopback(new URL(url));
      if (here === undefined)
        throw new TargetError(`target ${quote(name)}: there is no address for ${new URL(url).hostname}`);
      return here ? [] : [`${quote(name)} (${shownUrl(url)})`];
    }),
  );
  const named = strangers.flat();
  if (named.length === 0) return;
  const what = `${named.join(', ')} ${named.length === 1 ? 'is' : 'are'} not on loopback. The load for each: ${loadText(load)}`;
  if (!yes) throw new UsageError(`${what}\nIf you may send that, say so with --yes.`);
  say(what);
}

function loadText({ cells, trials, processWarmup }: PlannedLoad): string {
  const each = cells.map(({ id, scenario: { clients, load, warmup, window } }) => {
    const who = `${clients} ${clients === 1 ? 'client' : 'clients'}`;
    return `${id}: ${who}, ${paceOf(load)}, ${extentText(warmup)} and then ${extentText(window)}`;
  });
  return `${trials} ${trials === 1 ? 'trial' : 'trials'}, each ${[`warm-up: 1 client, as fast as answers come, ${extentText(processWarmup)}`, ...each].join('; ')}.`;
}

const paceOf = (load: LoadModel): string =>
  'ratePerSec' in load ? `${formatRate(load.ratePerSec)} of scripts` : 'as fast as answers come';

const extentText = ({ timeNs, calls }: Extent): string =>
  [timeNs === undefined ? '' : formatDuration(timeNs), calls === undefined ? '' : `${calls} calls`]
    .filter((part) => part !== '')
    .join(' and ');

/** Looks at every target in turn. Rejects with a `TargetError` at the first that cannot be measured. */
export async function chooseTargets(flags: TargetFlags, readyTimeoutNs: Nanoseconds, say: Say): Promise<ChosenTargets> {
  const arms: Arm[] = [];
  const specs = new Map<string, TargetSpec>();
  for (const spec of flags.specs) {
    const found = await lookAt(spec, flags, toMilliseconds(readyTimeoutNs));
    const hide = (text: string): string => redact(escapeUnprintable(text), secretsOf(spec));
    for (const line of aloud(spec, found, hide)) say(line);
    const arm = armOf(spec, found, arms);
    arms.push(arm);
    specs.set(arm.id, spec);
  }
  return { arms, specs };
}

async function lookAt(spec: TargetSpec, { wish }: TargetFlags, limitMs: number): Promise<Survey> {
  try {
    const started = await startTarget(spec, { limitMs });
    try {
      return await survey(spec, wish, limitMs);
    } finally {
      await started.end();
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const message = redact(escapeUnprintable(error.message), secretsOf(spec));
    throw new TargetError(`target ${quote(spec.name)}: ${message}`, { cause: error });
  }
}

/** Tools that are passed over are said one by one, up to so many. */
const MOST_SKIPPED = 5;
const LONGEST_ARGS = 200;

/** `hide` is for what the server says: it may repeat what it was sent. */
function aloud(
  { name }: TargetSpec,
  { variant, transportTitle, serverName, toolCount, call, skipped }: Survey,
  hide: (text: string) => string,
): string[] {
  const args = escapeUnprintable(JSON.stringify(call.args));
  const shown = args.length > LONGEST_ARGS ? `${args.slice(0, LONGEST_ARGS)}…` : args;
  const tools = `${toolCount} ${toolCount === 1 ? 'tool' : 'tools'}`;
  const what = `${transportTitle} ${variant.protocol}, ${quote(hide(serverName))}, ${tools}`;
  return [
    `${quote(name)}: ${what}; calls ${quote(hide(call.tool))} with ${shown}`,
    ...skipped
      .slice(0, MOST_SKIPPED)
      .map(({ tool, why }) => `${quote(name)}: passed over ${quote(hide(tool))}: ${hide(why)}`),
    ...(skipped.length > MOST_SKIPPED ? [`${quote(name)}: … and ${skipped.length - MOST_SKIPPED} more`] : []),
  ];
}

function armOf({ name }: TargetSpec, { variant, transportTitle, call }: Survey, before: readonly Arm[]): Arm {
  const safe = name.replaceAll(/[^\w.@-]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'target';
  const earlier = before.filter(({ id }) => id.split('#', 1)[0] === safe).length;
  return {
    id: earlier === 0 ? safe : `${safe}#${earlier + 1}`,
    title: `${name} (${transportTitle})`,
    variant,
    call: { tool: call.tool, args: JSON.stringify(call.args) },
  };
}
