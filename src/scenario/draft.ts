/** A scenario file after its values are read and its defaults filled in, before it is laid out in cells. */
import type { Bytes, PerSecond } from '../units.ts';
import type { Direction } from './directions.ts';
import type { Extent, Publication, Scenario } from './scenario.ts';
import type { ThresholdWords } from './threshold.ts';

/** One thing that a level sets, or a flag of the command line that sets the same thing. */
export type Setting =
  /** One direction alone: nothing is published, or nobody calls. Stands first in a level: the others then apply to what is left. */
  | { readonly axis: 'only'; readonly only: Direction }
  /** What every call sends and `produce` answers, and what publications carry. */
  | { readonly axis: 'payload'; readonly payloadBytes: Bytes }
  /** The rate of the load. */
  | { readonly axis: 'rate'; readonly ratePerSec: PerSecond }
  | { readonly axis: 'clients'; readonly clients: number }
  /** The rate of every publication. */
  | { readonly axis: 'publish-rate'; readonly ratePerSec: PerSecond }
  | { readonly axis: 'window'; readonly window: Extent };

export type Axis = Setting['axis'];

/** What one cell of a scenario has of its own. */
export interface Level {
  /** `undefined` where what it sets names it well enough. */
  readonly name: string | undefined;
  /** Each of an axis of its own. */
  readonly settings: readonly Setting[];
}

/** What a scenario varies: one axis with its values, or a list of levels that each set what they like. In the order of the file. */
export interface Vary {
  readonly kind: 'axis' | 'list';
  readonly levels: readonly Level[];
}

/** A publication whose subscribers may still be all clients, however many there will be. */
export interface PublicationDraft extends Omit<Publication, 'subscribers'> {
  readonly subscribers: number | 'all';
}

/** What `--quick` uses instead; what is `undefined` stays as it is. */
export interface QuickDraft {
  readonly warmup?: Extent | undefined;
  readonly window?: Extent | undefined;
  readonly vary?: Vary | undefined;
}

/** Everything a scenario file says. */
export interface ScenarioDraft extends Omit<Scenario, 'publish'> {
  readonly publish: readonly PublicationDraft[];
  /** `undefined` when nothing varies. */
  readonly vary?: Vary | undefined;
  readonly quick?: QuickDraft | undefined;
  /** Limits by which a run is judged; `undefined` for none. */
  readonly thresholds?: readonly ThresholdWords[] | undefined;
}

/** A limit of a file, its scenario filled in. */
export interface FileThreshold {
  readonly words: ThresholdWords;
  /** Where it stands, `my.yaml:12:5`, as it may be printed. */
  readonly place: string;
}

/** A scenario file that was found to make sense, and where it came from. */
export interface ParsedScenario {
  /** As it was given, for messages. */
  readonly path: string;
  readonly draft: ScenarioDraft;
  /** The file's limits, the scenario filled in. */
  readonly thresholds: readonly FileThreshold[];
}
