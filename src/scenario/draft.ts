/** A scenario file after its values are read and its defaults filled in, before it is laid out in cells. */
import type { Bytes, PerSecond } from '../units.ts';
import type { Extent, Publication, Scenario } from './scenario.ts';

/** One level of what a scenario varies, or one flag of the command line that sets the same thing. */
export type Setting =
  /** What every call sends and `produce` answers, and what publications carry. */
  | { readonly axis: 'payload'; readonly payloadBytes: Bytes }
  /** The rate of the load. */
  | { readonly axis: 'rate'; readonly ratePerSec: PerSecond }
  | { readonly axis: 'clients'; readonly clients: number }
  /** The rate of every publication. */
  | { readonly axis: 'publish-rate'; readonly ratePerSec: PerSecond };

export type Axis = Setting['axis'];

/** A publication whose subscribers may still be all clients, however many there will be. */
export interface PublicationDraft extends Omit<Publication, 'subscribers'> {
  readonly subscribers: number | 'all';
}

/** What `--quick` uses instead; what is `undefined` stays as it is. */
export interface QuickDraft {
  readonly warmup?: Extent | undefined;
  readonly window?: Extent | undefined;
  readonly vary?: readonly Setting[] | undefined;
}

/** Everything a scenario file says. */
export interface ScenarioDraft extends Omit<Scenario, 'publish'> {
  readonly publish: readonly PublicationDraft[];
  /** Settings of one axis, in the order of the file; `undefined` when nothing varies. */
  readonly vary?: readonly Setting[] | undefined;
  readonly quick?: QuickDraft | undefined;
}

/** A scenario file that was found to make sense, and where it came from. */
export interface ParsedScenario {
  /** As it was given, for messages. */
  readonly path: string;
  readonly draft: ScenarioDraft;
}
