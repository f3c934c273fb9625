/** The versions of one scenario that are run: one for each level of what it varies, in full or in quick. */
import type { ScenarioDraft, Setting } from './draft.ts';
import { applySetting } from './settings.ts';

/** One version, with the level that made it. */
export interface Variation {
  readonly level: Setting | undefined;
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
  if (draft.vary === undefined) return [{ level: undefined, draft }];
  return draft.vary.map((level) => ({ level, draft: applySetting(draft, level) }));
}
