/** The file format of studies: what every study file says, and the settings that are its study's own. */
import { z } from 'zod';
import { line, listOf, mapping, whole, word } from './fields.ts';
import { scenarioSchema } from './schema.ts';
import { STUDY_SETTINGS } from './study-settings.ts';
import { STUDY_NAMES, type StudyName } from './study.ts';
import { oneOf } from './wording.ts';

const MAX_REPEATS = 1_000;
const MAX_ARMS = 50;

const repeats = () => whole({ least: 1, most: MAX_REPEATS });
const arms = () => listOf(line(100), { what: 'arms, like sse or streamable-http@2026-07-28+json', most: MAX_ARMS });

/** A study file after its values are read and its defaults filled in. */
export interface StudyDraft {
  readonly name: string;
  readonly title: string;
  readonly shows: string;
  readonly study: StudyName;
  readonly repeats: number;
  /** As on the command line; empty where the study has subjects of its own. */
  readonly arms: readonly string[];
  /** What the study's own schema made of the file. */
  readonly settings: object;
  /** What `--quick` uses instead; what is `undefined` stays as it is. */
  readonly quick:
    | {
        readonly repeats?: number | undefined;
        readonly arms?: readonly string[] | undefined;
        readonly settings?: object | undefined;
      }
    | undefined;
}

const HEAD = {
  name: word().describe('What the scenario is called on the command line and in reports.'),
  title: line(120).describe('One line: what it is.'),
  shows: line(600).describe('One or two sentences: what it shows.'),
  repeats: repeats().prefault(1).describe('How often every subject is measured.'),
  arms: arms()
    .optional()
    .describe('The ways of speaking MCP that are looked at, where the study has no subjects of its own.'),
};

/** Read by the study's own schema, whichever it is. */
const settingsOf = (study: StudyName): z.ZodType<object, object> => STUDY_SETTINGS[study];

const fileOf = (study: StudyName) =>
  mapping(
    {
      ...HEAD,
      study: z.literal(study).describe('Which procedure.'),
      settings: settingsOf(study).prefault({}).describe('What is the study’s own.'),
      quick: mapping(
        {
          repeats: repeats().optional().describe('In place of repeats.'),
          arms: arms().optional().describe('In place of arms.'),
          settings: settingsOf(study).optional().describe('In place of settings.'),
        },
        'a mapping with repeats, arms or settings',
      )
        .optional()
        .describe('What --quick uses instead.'),
    },
    'a mapping with name, title, shows and study',
  );

const [first, ...rest] = STUDY_NAMES.map(fileOf);
if (first === undefined) throw new Error('there are no studies');

/** A study's file. Reads into a {@link StudyDraft}; its issues are worded as `fields.ts` says. */
export const studySchema = z
  .discriminatedUnion('study', [first, ...rest], { error: oneOf(STUDY_NAMES) })
  .transform(({ arms: words, ...file }): StudyDraft => ({ ...file, arms: words ?? [], quick: file.quick }));

/** The draft as `--quick` has it. */
export const quickStudy = ({ quick, ...draft }: StudyDraft): StudyDraft => ({
  ...draft,
  quick,
  repeats: quick?.repeats ?? draft.repeats,
  arms: quick?.arms ?? draft.arms,
  settings: quick?.settings ?? draft.settings,
});

/** The JSON Schema (2020-12) of scenario files of both kinds, for editors and for those who generate scenarios. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const { $schema, ...workload } = z.toJSONSchema(scenarioSchema, { io: 'input' });
  const { $schema: _same, ...study } = z.toJSONSchema(studySchema, { io: 'input' });
  return {
    $schema,
    title: 'mcp-transport-bench scenario',
    description: 'One workload for MCP endpoints, or one study with a procedure of its own.',
    anyOf: [workload, study],
  };
}
