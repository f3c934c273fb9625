/** The versions of one scenario that are run: one for each level of what it varies, in full or in quick. */
import type { ScenarioDraft } from './draft.ts';
import { applyLevel, labelOf } from './settings.ts';

/** One version, with the label of the level that made it; empty when nothing varies. */
export interface Variation {
  readonly level: string;
  readonly draft: ScenarioDraft;
}

/** The scenario as `--quick` runs it; as it is, when it says nothing about that. */
export function quickDraft(draft: ScenarioDraft): ScenarioDraft {
  return {
    ...draft,
    warmup: draft.quick?.warmup ?? draft.warmup,
    window: draft.quick?.window ?? draft.window,
    vary: draft.quick?.vary ?? draft.vary,
  };
}

/** In the order of the file; a single one without a level when nothing varies. */
export function variationsOf(draft: ScenarioDraft): Variation[] {
  if (draft.vary === undefined) return [{ level: '', draft }];
  return draft.vary.levels.map((level) => ({ level: labelOf(level), draft: applyLevel(draft, level) }));
}
