/** What came of studies, as a run record's file holds it. */
import { z } from 'zod';
import type { StudyName } from '../scenario/study.ts';
import { relayCheck } from './measurement-schema.ts';
import { ns, whole } from './plan-schema.ts';
import { STUDY_DATA } from './study-data.ts';

const done = { index: whole().describe('Of the planned step.'), elapsedNs: ns() };

const notMeasured = z.object({
  ...done,
  status: z.literal('not-measured'),
  because: z.string(),
  wouldAnswer: z.string().describe('What would have to be done for it to be measured.'),
});
const failed = z.object({ ...done, status: z.literal('failed'), error: z.string() });

const resultOf = <N extends StudyName>(study: N) =>
  z.object({
    name: z.string().describe('Of the planned study.'),
    study: z.literal(study),
    steps: z.array(
      z.discriminatedUnion('status', [
        z.object({ ...done, status: z.literal('measured'), data: STUDY_DATA[study], relay: relayCheck.optional() }),
        notMeasured,
        failed,
      ]),
    ),
  });

/** One study as far as it has come. */
export const studyResultSchema = z.discriminatedUnion('study', [
  resultOf('attribution'),
  resultOf('binary'),
  resultOf('connect'),
  resultOf('connection-limits'),
  resultOf('knee'),
  resultOf('listeners'),
  resultOf('multi-server'),
  resultOf('proxies'),
  resultOf('published'),
  resultOf('reconnect'),
]);
