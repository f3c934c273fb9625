/**
 * What was asked: a scenario as it stands after parsing, every default filled in, every quantity in its inner unit.
 * The file format (units as text, shorthands) is `schema.ts`'s business; nothing past the parser sees it.
 */
import type { Bytes, Nanoseconds, PerSecond } from '../units.ts';
import type { Pacing } from './pacing.ts';

/** The tools of the bench server that a script may call; `mcp/tools.ts` implements them. */
export const TOOL_NAMES = ['echo', 'produce', 'store', 'delay', 'progress', 'fail', 'misbehave'] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

/** The ways in which the bench server's `misbehave` tool goes wrong on purpose, so that detection can be tested. */
export const MISBEHAVIOURS = ['wrong-id', 'wrong-text', 'not-json', 'twice', 'never', 'die'] as const;
export type Misbehaviour = (typeof MISBEHAVIOURS)[number];

/** A part of a templated argument. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'filler'; readonly bytes: Bytes }
  /** How many calls this client has made before. */
  | { readonly kind: 'sequence' }
  /** The client's number, from 0. */
  | { readonly kind: 'client' };

/** What a call sends after its nonce: filler up to a total size in bytes (the nonce included, at least 16), or a text made from a template. */
export type ArgumentText =
  | { readonly kind: 'filler'; readonly bytes: Bytes }
  | { readonly kind: 'template'; readonly parts: readonly TemplatePart[] };

/** One thing a client does, in order. */
export type Step =
  | {
      readonly kind: 'call';
      readonly tool: ToolName;
      readonly argument: ArgumentText;
      /** `produce` only: size of the text in the answer, nonce included, at least 16; every other tool's answer follows from its argument. */
      readonly answerBytes: Bytes;
      /** `delay` only: how long the endpoint waits before it answers. */
      readonly delayNs: Nanoseconds;
      /** `progress` only: how many progress notifications precede the answer. */
      readonly progressSteps: number;
      /** `misbehave` only. */
      readonly misbehaviour: Misbehaviour | undefined;
    }
  /** A call of the tool that was chosen for the arm's target: somebody else's server has tools of its own. */
  | { readonly kind: 'foreign-call' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'think'; readonly thinkNs: Nanoseconds }
  | { readonly kind: 'wait'; readonly topic: string; readonly timeoutNs: Nanoseconds };

/** What one client does in one go; a client picks among several by weight. */
export interface Script {
  readonly name: string;
  /** Relative frequency, above 0. */
  readonly weight: number;
  readonly steps: readonly Step[];
}

/** How arrivals are spaced: evenly, or with exponential gaps from the trial's seed. */
export type Arrivals = 'constant' | 'poisson';

/** When a script starts. */
export type LoadModel =
  /** Nobody calls; only publications flow. */
  | { readonly kind: 'none' }
  /** Every client starts its next script when the last one ended and it has thought. */
  | { readonly kind: 'closed'; readonly thinkNs: Nanoseconds }
  /** Scripts start by the calendar, whatever came of the last one; `maxInFlight` bounds the backlog, what exceeds it is dropped and counted. */
  | { readonly kind: 'open'; readonly arrivals: Arrivals; readonly ratePerSec: PerSecond; readonly maxInFlight: number }
  /** Partly open: sessions arrive by the calendar, each runs the script `repeats` times in sequence. */
  | {
      readonly kind: 'sessions';
      readonly arrivals: Arrivals;
      readonly ratePerSec: PerSecond;
      readonly repeats: number;
      readonly maxInFlight: number;
    };

/** Events that the endpoint publishes by its own calendar (`notifications/resources/updated`), each to every subscriber. */
export interface Publication {
  readonly topic: string;
  readonly arrivals: Arrivals;
  readonly ratePerSec: PerSecond;
  /** Size of the filler in each event, in bytes of ASCII. */
  readonly payloadBytes: Bytes;
  /** How many of the clients subscribe, from the first on. */
  readonly subscribers: number;
}

/** When a phase is over: at the end of the time or after so many calls; with both, the warm-up waits for both and the window for the first. */
export interface Extent {
  readonly timeNs: Nanoseconds | undefined;
  readonly calls: number | undefined;
}

/** The endpoint's event loop stands still for a while, on purpose: what an honest tool must not hide. */
export interface Stall {
  /** Since the start of the window. */
  readonly atNs: Nanoseconds;
  readonly forNs: Nanoseconds;
}

/** One workload, fully resolved. */
export interface Scenario {
  readonly name: string;
  /** One line: what it is. */
  readonly title: string;
  /** One or two sentences: what it shows. */
  readonly shows: string;
  readonly clients: number;
  readonly scripts: readonly Script[];
  readonly load: LoadModel;
  readonly publish: readonly Publication[];
  readonly warmup: Extent;
  readonly window: Extent;
  /** How long a call may take before it counts as timed out. */
  readonly timeoutNs: Nanoseconds;
  readonly stall: Stall | undefined;
  /** By what its calendar is kept, where its file says; absent: by what the run says. */
  readonly pacing?: Pacing | undefined;
}

/**
 * One scenario at one level of what it varies: the smallest thing that is measured by itself.
 * A scenario that varies nothing is one cell with an empty level.
 */
export interface Cell {
  /** Unique in a plan: `tool-calls`, or `payload-sizes[64KiB]`. */
  readonly id: string;
  /** The level's label, `64KiB`; empty when the scenario varies nothing. */
  readonly level: string;
  readonly scenario: Scenario;
}
