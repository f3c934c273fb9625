/** From a study's file to every step that a run will make of it. */
import { chooseMechanism, type MechanismChoice } from '../network/mechanism.ts';
import type { Unsupported } from '../result/record.ts';
import { type ArmWord, readArmWord } from '../scenario/arm-word.ts';
import type { NetworkProfile } from '../scenario/network.ts';
import { planSteps } from '../scenario/plan.ts';
import { derivedSeed } from '../scenario/random.ts';
import type { StudyDraft } from '../scenario/study-schema.ts';
import type { StudySettings } from '../scenario/study-settings.ts';
import { NETWORKED_STUDIES, type PlannedStudy, type StudyName } from '../scenario/study.ts';
import { loadStudy } from '../studies/discover.ts';
import { transportNames } from '../transports/discover.ts';
import { chooseArms } from './arms.ts';
import { UsageError } from './exit-code.ts';
import type { RunFlags } from './options.ts';

export interface StudyChoice {
  readonly seed: number;
  readonly flags: RunFlags;
  /** Whether the flag was typed: what goes without saying does not go before a study's file. */
  readonly isGiven: (option: string) => boolean;
  /** Whether nothing but studies is run: flags for workloads then say nothing. */
  readonly isAlone: boolean;
}

export interface ChosenStudies {
  readonly studies: readonly PlannedStudy[];
  /** Arms of a study that cannot be, with the reason. */
  readonly unsupported: readonly Unsupported[];
}

/** `--transport` goes before the arms that a study's file names, `--trials` before its repeats. */
export async function planStudies(drafts: readonly StudyDraft[], choice: StudyChoice): Promise<ChosenStudies> {
  const planned = await Promise.all(drafts.map((draft) => planStudy(draft, choice)));
  return {
    studies: planned.map(({ study }) => study),
    unsupported: planned.flatMap(({ unsupported }) => unsupported),
  };
}

async function planStudy(draft: StudyDraft, { seed, flags, isGiven, isAlone }: StudyChoice) {
  const { name, title, shows, study: procedure } = draft;
  if (draft.arms.length === 0 && isGiven('transport') && isAlone)
    throw new UsageError(
      `--transport: scenario "${name}" has clients of its own, and looks at all of them; leave it out`,
    );
  const asked = isGiven('transport') ? flags.arms : wordsOf(draft);
  const { arms, unsupported } =
    draft.arms.length === 0
      ? { arms: [], unsupported: [] }
      : await chooseArms({ arms: asked, axes: flags.axes, mechanismFor: networksOf(procedure) });
  const ownClient = arms.find(({ variant }) => variant.client !== 'stock');
  if (procedure === 'attribution' && ownClient !== undefined)
    throw new UsageError(
      `--client: got ${ownClient.id}, but scenario "${name}" drives every arm through all client stacks by itself; leave the client out`,
    );
  const repeats = isGiven('trials') ? flags.trials : draft.repeats;
  const settings = settingsOf(draft, flags);
  const subjects = (await loadStudy(procedure)).subjects({ settings, arms });
  if (subjects.length === 0)
    throw new UsageError(
      `scenario "${name}": got no arm that it could look at, expected some of ${draft.arms.join(', ')}`,
    );
  const steps = planSteps(subjects, { repeats, seed: derivedSeed(seed, `study ${name}`) });
  const study: PlannedStudy = {
    name,
    title,
    shows,
    study: procedure,
    repeats,
    arms,
    settings: JSON.stringify(settings),
    steps,
  };
  return { study, unsupported: unsupported.filter(({ cellId }) => cellId === null).map((one) => ofStudy(one, name)) };
}

/** A flag goes before what the file says. */
function settingsOf({ study, settings }: StudyDraft, { limit }: RunFlags): StudySettings[StudyName] {
  return study === 'knee' && limit !== undefined
    ? { ...(settings as StudySettings['knee']), limit }
    : (settings as StudySettings[StudyName]);
}

const NO_NETWORK = 'this study makes its own connections, and puts no network between their ends';

/** An arm over a network must not be measured without it. */
const networksOf =
  (study: StudyName) =>
  (profile: NetworkProfile): MechanismChoice =>
    profile === 'lo' || NETWORKED_STUDIES.includes(study)
      ? chooseMechanism(profile)
      : { possible: false, reason: NO_NETWORK };

/** What only a study cannot do, the workloads of the run can: the arm is not out of it. */
const ofStudy = (one: Unsupported, name: string): Unsupported =>
  one.reason === NO_NETWORK ? { ...one, cellId: name } : one;

function wordsOf({ name, arms }: StudyDraft): readonly ArmWord[] {
  return arms.map((text) => {
    const read = readArmWord(text, transportNames());
    if (!read.ok) throw new UsageError(`scenario "${name}", arms: ${read.why}`);
    return read.word;
  });
}
