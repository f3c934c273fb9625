/** The sides of a comparison. */
import type { Variant } from './variant.ts';

/** One side of the comparison. The same variant may stand twice (an A/A run): the ids differ. */
export interface Arm {
  /** Unique in a plan: `websocket`, or `websocket#2` for its repetition. */
  readonly id: string;
  /** For people: `WebSocket`, `Streamable HTTP 2026-07-28 (JSON replies)`, `WebSocket #2`. */
  readonly title: string;
  readonly variant: Variant;
  /** What is called, where the server is somebody else's; absent for the tool's own, whose scenarios say it. */
  readonly call?: ForeignCall | undefined;
  /** Name of the build whose code it runs; absent for this program's own. */
  readonly build?: string | undefined;
}

/** The call of a foreign server's tool that stands for every call of a scenario. */
export interface ForeignCall {
  readonly tool: string;
  /** JSON text of the arguments, an object. */
  readonly args: string;
}
