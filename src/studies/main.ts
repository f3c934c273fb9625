/** A study's process: one step, and then it goes. */
import { serveCommands } from '../child/serve.ts';
import { monotonicClock } from '../measure/clock.ts';
import type { StudySettings } from '../scenario/study-settings.ts';
import type { StudyName } from '../scenario/study.ts';
import { relayChecked } from './bench.ts';
import type { StudyCommands } from './commands.ts';
import { loadStudy } from './discover.ts';

const clock = monotonicClock();

serveCommands<StudyCommands>({
  measure: async ({ study: name, subject, arms, settings, ...order }) => {
    const study = await loadStudy(name);
    // The plan's own text, which came from the study's own schema.
    const outcome = await study.measure(subject, {
      ...order,
      arms,
      settings: JSON.parse(settings) as StudySettings[StudyName],
      clock,
    });
    const relay = relayChecked();
    return outcome.status !== 'measured' || relay === undefined ? outcome : { ...outcome, relay };
  },
});
