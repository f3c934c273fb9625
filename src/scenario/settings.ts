/** Settings of a scenario that levels and flags change: what they apply to, and what they make of it. */
import { hasCalls, hasPushes } from './directions.ts';
import type { Axis, Level, ScenarioDraft, Setting } from './draft.ts';
import { formatRate, formatSize } from './quantities.ts';
import type { LoadModel, Script, Step } from './scenario.ts';
import type { Bytes } from '../units.ts';

/** The text that names a level in a cell's id: its own name, or `64KiB`, `200/s`, `8-clients`, with several settings `8-clients,200/s`. */
export const labelOf = ({ name, settings }: Level): string =>
  name ??
  settings
    .map(settingLabel)
    .filter((label) => label !== '')
    .join(',');

/** Empty for a window: how long something is looked at does not tell what it is. */
function settingLabel(setting: Setting): string {
  switch (setting.axis) {
    case 'only':
      return setting.only;
    case 'payload':
      return formatSize(setting.payloadBytes);
    case 'rate':
    case 'publish-rate':
      return formatRate(setting.ratePerSec);
    case 'clients':
      return `${setting.clients}-clients`;
    case 'window':
      return '';
  }
}

/** Why a setting of this axis would change nothing, or not everything, in the scenario; `undefined` when it applies. */
export function unfitReason(draft: ScenarioDraft, axis: Axis): string | undefined {
  switch (axis) {
    case 'only':
      if (!hasPushes(draft)) return 'nothing is published, so that there is one direction already';
      return hasCalls(draft) ? undefined : 'nobody calls, so that there is one direction already';
    case 'payload':
      return payloadUnfit(draft);
    case 'rate':
      return hasRate(draft.load) ? undefined : `a load of model ${draft.load.kind} has no rate`;
    case 'publish-rate':
      return draft.publish.length > 0 ? undefined : 'nothing is published';
    case 'clients':
    case 'window':
      return undefined;
  }
}

/** The scenario with the setting in place of what it said. The setting must fit: see {@link unfitReason}. */
export function applySetting(draft: ScenarioDraft, setting: Setting): ScenarioDraft {
  switch (setting.axis) {
    case 'payload':
      return withPayload(draft, setting.payloadBytes);
    case 'rate':
      return hasRate(draft.load) ? { ...draft, load: { ...draft.load, ratePerSec: setting.ratePerSec } } : draft;
    case 'publish-rate': {
      const { ratePerSec } = setting;
      return { ...draft, publish: draft.publish.map((publication) => ({ ...publication, ratePerSec })) };
    }
    case 'clients':
      return { ...draft, clients: setting.clients };
    case 'window':
      return { ...draft, window: setting.window };
    case 'only':
      return setting.only === 'calls' ? { ...draft, publish: [] } : { ...draft, load: { kind: 'none' }, scripts: [] };
  }
}

/** The scenario at the level. */
export const applyLevel = (draft: ScenarioDraft, { settings }: Level): ScenarioDraft =>
  settings.reduce(applySetting, draft);

const hasRate = (load: LoadModel): load is Extract<LoadModel, { kind: 'open' | 'sessions' }> =>
  load.kind === 'open' || load.kind === 'sessions';

function payloadUnfit(draft: ScenarioDraft): string | undefined {
  const calls = draft.scripts.flatMap(({ steps }) => steps).filter((step) => step.kind === 'call');
  if (calls.some((call) => call.argument.kind === 'template'))
    return 'the size of a text made from a template is its own';
  return calls.length + draft.publish.length > 0 ? undefined : 'nothing in the scenario carries a payload';
}

function withPayload(draft: ScenarioDraft, payloadBytes: Bytes): ScenarioDraft {
  const resize = (step: Step): Step => {
    if (step.kind !== 'call') return step;
    const argument = { kind: 'filler', bytes: payloadBytes } as const;
    return step.tool === 'produce' ? { ...step, argument, answerBytes: payloadBytes } : { ...step, argument };
  };
  return {
    ...draft,
    scripts: draft.scripts.map((script): Script => ({ ...script, steps: script.steps.map(resize) })),
    publish: draft.publish.map((publication) => ({ ...publication, payloadBytes })),
  };
}
