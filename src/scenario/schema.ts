/** The file format of scenarios: one definition, from which both the parser's checks and the published JSON Schema come. */
import { z } from 'zod';
import type { ScenarioDraft } from './draft.ts';
import { warmup, window } from './extent-schema.ts';
import { choice, duration, line, listOf, mapping, MAX_CLIENTS, MAX_DURATION, whole, word } from './fields.ts';
import { loadSchema, publicationSchema } from './load-schema.ts';
import { PACINGS } from './pacing.ts';
import type { Script, Stall } from './scenario.ts';
import { stepSchema } from './step-schema.ts';
import { thresholdsSchema } from './threshold-schema.ts';
import { varySchema } from './vary-schema.ts';

const MAX_WEIGHT = 1_000_000;

const script = mapping(
  {
    name: word().describe('Names the script in messages; unique in the file.'),
    weight: z
      .number({ error: 'a number above 0' })
      .positive({ error: 'a number above 0' })
      .max(MAX_WEIGHT, { error: `a number above 0 and at most ${MAX_WEIGHT}` })
      .prefault(1)
      .describe('How often a client picks this script, relative to the others.'),
    steps: listOf(stepSchema, { what: 'steps', most: 1000 }).describe('What the client does, in order.'),
  },
  'a script with a name and steps',
).transform((file): Script => file);

const stall = mapping(
  {
    at: duration({ least: '0ms', most: MAX_DURATION }).describe('When it begins, since the start of the window.'),
    for: duration({ least: '1ms', most: '1m' }).describe('How long it lasts, up to 1m.'),
  },
  'a mapping like { at: 1s, for: 500ms }',
).transform((file): Stall => ({ atNs: file.at, forNs: file.for }));

const quick = mapping(
  {
    warmup: warmup().optional().describe('In place of the warmup.'),
    window: window().optional().describe('In place of the window.'),
    vary: varySchema.optional().describe('In place of vary, in the same form: fewer levels, or smaller ones.'),
  },
  'a mapping with warmup, window or vary',
);

/** A scenario file. Reads into a {@link ScenarioDraft}; its issues are worded as `fields.ts` says. */
export const scenarioSchema = mapping(
  {
    name: word().describe('What the scenario is called on the command line and in reports.'),
    title: line(120).describe('One line: what it is.'),
    shows: line(600).describe('One or two sentences: what it shows.'),
    clients: whole({ least: 1, most: MAX_CLIENTS }).prefault(1).describe('How many MCP clients are connected.'),
    scripts: listOf(script, { what: 'scripts', most: 100 })
      .optional()
      .describe('What a client does in one go; with several, it picks by weight. Left out when load.model is none.'),
    load: loadSchema.describe('When scripts start.'),
    publish: listOf(publicationSchema, { what: 'publications', most: 100 })
      .optional()
      .describe('Events that the endpoint publishes by its own calendar.'),
    warmup: warmup()
      .prefault('300ms')
      .describe('What is run first and discarded; with time and calls, it lasts for both.'),
    window: window().describe('What is measured; with time and calls, it ends with the first.'),
    timeout: duration({ least: '1ms', most: MAX_DURATION })
      .prefault('5s')
      .describe('How long a call may take before it counts as timed out.'),
    stall: stall.optional().describe('The endpoint stands still for a while, on purpose.'),
    pacing: choice(PACINGS)
      .optional()
      .describe('By what the driver keeps the calendar, for every arm alike; left out, by the cores at hand.'),
    vary: varySchema.optional().describe('One axis with its values, or a list of levels: each is measured by itself.'),
    thresholds: thresholdsSchema()
      .optional()
      .describe('Limits by which a run of this scenario is judged, each like "websocket response-time.p99 < 5ms".'),
    quick: quick.optional().describe('What --quick uses instead.'),
  },
  'a mapping with name, title, shows, load and window',
).transform(({ timeout, scripts, publish, ...file }): ScenarioDraft => ({
  ...file,
  scripts: scripts ?? [],
  publish: publish ?? [],
  stall: file.stall,
  timeoutNs: timeout,
}));
