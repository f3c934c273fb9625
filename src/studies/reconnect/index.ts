/** What becomes of a client whose connection is cut while numbered events flow. */
import { type Nanoseconds, nanoseconds, seconds } from '../../units.ts';
import type { Study, StudyOrder } from '../contract.ts';
import { runStep } from './step.ts';
import { readSubject, subjectsOf } from './subjects.ts';

/** For processes to start and end, and for events to flow before each cut, on a machine that is busy with other things. */
const AROUND_NS = seconds(60);
const AROUND_CUT_NS = seconds(10);

function limitNs({ settings }: StudyOrder<'reconnect'>): Nanoseconds {
  const { cutsPerStep, giveUp, idle, outage } = settings;
  return nanoseconds(AROUND_NS + cutsPerStep * (AROUND_CUT_NS + giveUp + 2 * idle + outage));
}

export const study: Study<'reconnect'> = {
  name: 'reconnect',
  subjects: ({ settings }) => subjectsOf(settings),
  limitNs,
  measure: async (subject, context) => ({ status: 'measured', data: await runStep(readSubject(subject), context) }),
};
