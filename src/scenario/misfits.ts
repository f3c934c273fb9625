/** Levels that would not change what they set, or that stand twice. */
import type { Axis, Level, ScenarioDraft, Vary } from './draft.ts';
import type { Place, Problem } from './scenario-error.ts';
import { applySetting, labelOf, unfitReason } from './settings.ts';

/** Those of `vary`, and those of `quick` against it. */
export function misfits(draft: ScenarioDraft): Problem[] {
  const { vary, quick } = draft;
  return [
    ...(vary === undefined ? [] : varyFits(draft, vary, ['vary'])),
    ...(quick?.vary === undefined ? [] : quickFits(draft, quick.vary)),
  ];
}

/** The same reason for all values of an axis is one problem. */
function varyFits(draft: ScenarioDraft, vary: Vary, place: Place): Problem[] {
  const unfit = vary.levels.flatMap((level, index) => unfitSettings(draft, level, placeOf(vary, index, place)));
  const first = unfit.filter(
    (problem, at) => !unfit.slice(0, at).some((other) => JSON.stringify(other) === JSON.stringify(problem)),
  );
  const wrong = [...namelessLevels(vary, place), ...first];
  return wrong.length > 0 ? wrong : repeatedLevels(vary, place);
}

/** A level of a list that nothing would tell from another one. */
const namelessLevels = ({ levels }: Vary, place: Place): Problem[] =>
  levels.flatMap((level, index) =>
    labelOf(level) === ''
      ? [{ place: [...place, index], message: 'expected a name, or something that is set beside the window' }]
      : [],
  );

/** Where the value of an axis stands: under its key in the mapping of an axis, or in the level. */
const placeOf =
  (vary: Vary, index: number, place: Place) =>
  (axis: Axis): Place =>
    vary.kind === 'axis' ? [...place, axis] : [...place, index, axis];

/** A setting applies to what those before it have left. */
function unfitSettings(draft: ScenarioDraft, { settings }: Level, place: (axis: Axis) => Place): Problem[] {
  let varied = draft;
  return settings.flatMap((setting) => {
    const reason = unfitReason(varied, setting.axis);
    varied = applySetting(varied, setting);
    return reason === undefined ? [] : [{ place: place(setting.axis), message: `cannot be varied: ${reason}` }];
  });
}

function repeatedLevels({ kind, levels }: Vary, place: Place): Problem[] {
  const labels = levels.map(labelOf);
  const axis = levels[0]?.settings[0]?.axis;
  const list = kind === 'axis' && axis !== undefined ? [...place, axis] : place;
  return labels.flatMap((label, index) =>
    labels.indexOf(label) === index
      ? []
      : [{ place: [...list, index], message: `got ${label} again, expected another level` }],
  );
}

function quickFits(draft: ScenarioDraft, quick: Vary): Problem[] {
  const { vary } = draft;
  const axis = axisOf(quick);
  const place = ['quick', 'vary', ...(axis === undefined ? [] : [axis])];
  if (vary === undefined) return [{ place, message: 'expected nothing, since the scenario varies nothing' }];
  if (vary.kind !== quick.kind || axis !== axisOf(vary)) {
    const expected = axisOf(vary) === undefined ? 'a list of levels' : axisOf(vary);
    return [{ place, message: `expected ${expected}, which the scenario varies` }];
  }
  return varyFits(draft, quick, ['quick', 'vary']);
}

/** The one axis that all levels are of; `undefined` in a list. */
const axisOf = ({ kind, levels }: Vary): Axis | undefined =>
  kind === 'axis' ? levels[0]?.settings[0]?.axis : undefined;
