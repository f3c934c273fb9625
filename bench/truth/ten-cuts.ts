/** What becomes of events when connections are cut. */
import { line } from '../support/lines.js';
import { measureStudy } from '../support/studies.js';
import { SEED } from './common.js';

/** Ten cuts: with a buffer nothing is lost and nothing comes twice; without one exactly what was published in the gaps is. */
export async function tenCuts(): Promise<void> {
  const scenario = `
name: ten-cuts
title: Ten cuts
shows: that the books of lost events are exact
study: reconnect
settings:
  clients: [eventsource, ws-resume, streamable-http-2025-11-25, streamable-http-2026-07-28]
  cuts: [fin, rst]
  cutsPerStep: 10
  rate: 100/s
  retry: 50ms
`;
  const { result, subjectOf } = await measureStudy(scenario, SEED);
  if (result.study !== 'reconnect') throw new Error(`the study was ${result.study}`);
  for (const step of result.steps) {
    const { client, cut, buffer } = subjectOf(step.index);
    const what = `10 × ${cut}, ${client}, buffer: ${buffer}`;
    if (step.status !== 'measured') {
      line(what, 'measured', step.status, false);
      continue;
    }
    const { books, cuts } = step.data;
    const away = cuts.reduce((sum, { publishedWhileAway }) => sum + publishedWhileAway, 0);
    const gap = buffer === 'replay' ? 0 : books.gap;
    line(
      what,
      `back 10, lost ${gap}, twice 0`,
      `back ${cuts.filter(({ back }) => back).length}, lost ${books.lost}, twice ${books.duplicated} (${away} published meanwhile)`,
      cuts.length === 10 &&
        cuts.every(({ back }) => back) &&
        away > 0 &&
        books.lost === gap &&
        books.gap === books.lost &&
        books.duplicated === 0 &&
        books.published === books.received + books.lost,
    );
  }
}
