/** The sides of the comparison, from the words and flags of the command line. */
import { chooseMechanism, type MechanismChoice } from '../network/mechanism.ts';
import type { Unsupported } from '../result/record.ts';
import { type ArmWord, armWord, variantTitle } from '../scenario/arm-word.ts';
import { ARTICLE_TRANSPORTS } from '../scenario/article-sides.ts';
import type { NetworkProfile } from '../scenario/network.ts';
import type { Arm } from '../scenario/plan.ts';
import type { Cell, Scenario } from '../scenario/scenario.ts';
import {
  type HttpVersion,
  type ProtocolRevision,
  type ReplyMode,
  type Variant,
  defaultVariant,
} from '../scenario/variant.ts';
import { loadTransport, transportNames } from '../transports/discover.ts';
import type { Support, Transport } from '../transports/contract.ts';
import { UsageError } from './exit-code.ts';
import type { RunFlags } from './options.ts';

export interface ChosenArms {
  readonly arms: readonly Arm[];
  /** Combinations and cells that cannot be, with the reason; shown, never skipped in silence. */
  readonly unsupported: readonly Unsupported[];
  /** Arms of transports that have no choice of reply, where a flag has made one. */
  readonly repliesOneWay: readonly string[];
}

/** What the choice depends on; `load` is a parameter so that a transport that is not there yet can be tried. */
export interface ArmChoice extends Pick<RunFlags, 'arms' | 'axes'> {
  /** How a network can be emulated here. */
  readonly mechanismFor?: (profile: NetworkProfile) => MechanismChoice;
  /** What is to be measured; an arm that can run none of it cannot be. */
  readonly cells?: readonly Cell[];
  readonly names?: readonly string[];
  readonly load?: (name: string) => Promise<Transport>;
}

export async function chooseArms({
  arms: asked,
  axes,
  cells = [],
  names = transportNames(),
  load = loadTransport,
  mechanismFor = chooseMechanism,
}: ArmChoice): Promise<ChosenArms> {
  const wanted =
    asked === 'all'
      ? everyVariant(await Promise.all(names.map(load)), axes)
      : await Promise.all(asked.map(async (word) => wantedOf(await load(word.transport), word, axes)));
  const repliesOneWay = axes.reply === undefined ? [] : wanted.filter(({ transport }) => !hasChoice(transport));
  if (repliesOneWay.length > 0 && repliesOneWay.length === wanted.length)
    throw new UsageError(noChoice(await Promise.all(names.map(load))));
  const arms: Arm[] = [];
  const unsupported: Unsupported[] = [];
  for (const { transport, variant: spoken } of wanted) {
    const { variant, support } = overNetwork(spoken, transport.supports(spoken), mechanismFor);
    const word = wordOf({ transport, variant });
    const impossible = impossibleCells({ transport, variant }, cells);
    const [first] = impossible;
    if (!support.supported) unsupported.push({ armId: word, cellId: null, reason: support.reason });
    else if (first !== undefined && impossible.length === cells.length)
      unsupported.push({ armId: word, cellId: null, reason: first.reason });
    else {
      const arm = armOf(word, transport, variant, arms);
      arms.push(arm);
      unsupported.push(...impossible.map((one) => ({ armId: arm.id, ...one })));
    }
  }
  return { arms, unsupported, repliesOneWay: [...new Set(repliesOneWay.map(wordOf))] };
}

const hasChoice = ({ replies }: Transport): boolean => replies.length > 0;

const wordOf = ({ transport, variant }: Wanted): string => armWord(variant, usualReply(transport));

function noChoice(transports: readonly Transport[]): string {
  const able = transports.filter(hasChoice).map(({ name }) => name);
  return `--reply: no arm of this run has the choice of reply; leave it out, or measure one that has: -t ${able.join(', ')}`;
}

/** The variant with what emulates its network, if the transport can have one and this machine can emulate it. */
function overNetwork(
  variant: Variant,
  support: Support,
  mechanismFor: (profile: NetworkProfile) => MechanismChoice,
): { readonly variant: Variant; readonly support: Support } {
  if (!support.supported) return { variant, support };
  const choice = mechanismFor(variant.network);
  if (!choice.possible) return { variant, support: { supported: false, reason: choice.reason } };
  const { mechanism } = choice;
  return { variant: mechanism === undefined ? variant : { ...variant, mechanism }, support };
}

/** The cells that an arm cannot run, because what their scripts ask for does not reach its client. */
function impossibleCells(
  { transport, variant }: Wanted,
  cells: readonly Cell[],
): readonly { readonly cellId: string; readonly reason: string }[] {
  return cells.flatMap(({ id, scenario }) => {
    const reason = noProgress(transport, variant, scenario) ?? tooManyProcesses(transport, scenario);
    return reason === undefined ? [] : [{ cellId: id, reason }];
  });
}

function noProgress(transport: Transport, variant: Variant, scenario: Scenario): string | undefined {
  const support = transport.progress?.(variant) ?? { supported: true };
  return support.supported || !asksForProgress(scenario) ? undefined : support.reason;
}

/** Each takes some 40 MB: a hundred are what a small machine still has room for. */
const MOST_PROCESSES = 100;

const tooManyProcesses = ({ capabilities, title }: Transport, { clients }: Scenario): string | undefined =>
  capabilities.has('client-spawns') && clients > MOST_PROCESSES
    ? `over ${title} every client starts a server, and ${clients} processes are more than the ${MOST_PROCESSES} that are asked of a machine`
    : undefined;

const asksForProgress = ({ scripts }: Scenario): boolean =>
  scripts.some(({ steps }) => steps.some((step) => step.kind === 'call' && step.progressSteps > 0));

interface Wanted {
  readonly transport: Transport;
  readonly variant: Variant;
}

const usualReply = (transport: Transport): ReplyMode | null => transport.replies[0] ?? null;

/** What the word says goes before what the flags say; a flag for the reply concerns only those that have the choice. */
function wantedOf(transport: Transport, word: ArmWord, axes: RunFlags['axes']): Wanted {
  const { reply, ...others } = axes;
  const chosen = reply === undefined || !hasChoice(transport) ? others : { ...others, reply };
  return {
    transport,
    variant: { ...defaultVariant(transport.name, usualReply(transport)), ...chosen, ...word.axes },
  };
}

/** An arm that stands twice is compared with itself: `websocket`, `websocket#2`. */
function armOf(word: string, transport: Transport, variant: Variant, before: readonly Arm[]): Arm {
  const repetition = before.filter(({ id }) => id.split('#', 1)[0] === word).length + 1;
  const suffix = repetition === 1 ? '' : `#${repetition}`;
  const title = variantTitle(variant, transport.title);
  return { id: `${word}${suffix}`, title: suffix === '' ? title : `${title} ${suffix}`, variant };
}

/** A variant of `all` with the word that it came from: what that names differs from the usual. */
interface Listed extends Wanted {
  readonly word: ArmWord;
}

/** The groups in which `all` lists the variants: the article's two, the usual revision, the other, HTTP/2, what has no wire. */
const GROUPS: readonly ((listed: Listed) => boolean)[] = [
  (listed) => sideIndex(listed) >= 0 && Object.keys(listed.word.axes).length === 0,
  ({ transport, word: { axes } }) => hasWire(transport) && axes.protocol === undefined && axes.http === undefined,
  ({ transport, word: { axes } }) => hasWire(transport) && axes.http === undefined,
  ({ transport }) => hasWire(transport),
  () => true,
];

const hasWire = ({ capabilities }: Transport): boolean => capabilities.has('wire');
const sideIndex = ({ variant }: Wanted): number =>
  ARTICLE_TRANSPORTS.findIndex(({ transport }) => transport === variant.transport);

/**
 * Every variant of every transport over both eras of the protocol, both versions of HTTP and each way to reply, as far as
 * no flag has decided: the flags then hold for all of them, and those that cannot be say so.
 */
function everyVariant(transports: readonly Transport[], axes: RunFlags['axes']): readonly Wanted[] {
  const all = transports.flatMap((transport) => {
    const words = candidates(transport, axes);
    const possible = words.filter((word) => transport.supports(wantedOf(transport, word, {}).variant).supported);
    const [plain] = words;
    return (possible.length === 0 && plain !== undefined ? [plain] : possible).map((word): Listed => {
      return { ...wantedOf(transport, word, axes), word };
    });
  });
  const groupOf = (listed: Listed): number => GROUPS.findIndex((belongs) => belongs(listed));
  return all.toSorted((a, b) => groupOf(a) - groupOf(b) || (groupOf(a) === 0 ? sideIndex(a) - sideIndex(b) : 0));
}

/** The words to try for one transport. Without a wire there is nothing in it that a revision or a version of HTTP would change. */
function candidates({ name, capabilities, replies }: Transport, axes: RunFlags['axes']): readonly ArmWord[] {
  const plain: ArmWord = { transport: name, axes: {} };
  if (!capabilities.has('wire')) return [plain];
  const revisions: readonly (ProtocolRevision | undefined)[] =
    axes.protocol === undefined ? [undefined, STATELESS] : [undefined];
  const ways: readonly (ReplyMode | undefined)[] =
    axes.reply === undefined ? [undefined, ...replies.slice(1)] : [undefined];
  const versions: readonly HttpVersion[] = axes.http === undefined ? ['2'] : [];
  return [
    ...revisions.flatMap((protocol) =>
      ways.map((reply) => ({
        transport: name,
        axes: { ...(protocol === undefined ? {} : { protocol }), ...(reply === undefined ? {} : { reply }) },
      })),
    ),
    ...versions.map((http) => ({ transport: name, axes: { http } })),
  ];
}

const STATELESS: ProtocolRevision = '2026-07-28';
