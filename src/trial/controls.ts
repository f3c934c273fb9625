/** The control workload of a run: measured once before each time that a block is measured. */
import { measureControl } from '../control/measure-control.ts';
import type { Control } from '../result/record.ts';
import type { Placement } from './placement.ts';

export interface ControlsOptions {
  readonly placement: Placement;
  readonly signal: AbortSignal;
  /** Told of all so far whenever there is another. */
  readonly onControls: (controls: readonly Control[]) => void;
  readonly measure?: typeof measureControl;
}

/** Keeps what was measured. */
export class Controls {
  readonly #options: ControlsOptions;
  readonly #begun = new Set<string>();
  readonly #measured: Control[] = [];

  constructor(options: ControlsOptions) {
    this.#options = options;
  }

  /** Before each trial: measures where the trial is the first of its block and attempt. Never rejects for what happens to its processes. */
  async before(block: number, attempt: number): Promise<void> {
    const { placement, signal, onControls, measure = measureControl } = this.#options;
    const key = `${block}/${attempt}`;
    if (this.#begun.has(key)) return;
    this.#begun.add(key);
    const cores =
      placement.kind === 'pinned' ? { server: placement.endpointCpu, client: placement.driverCpu } : undefined;
    const control = await measure({ block, attempt, cores, signal });
    if (control === undefined) return;
    this.#measured.push(control);
    onControls([...this.#measured]);
  }
}
