import { describe, expect, it } from 'vitest';
import { type FixtureStep, measured, studyRecord } from '../../test/fixtures/study-record.ts';
import { summarise } from '../stats/summarise.ts';
import { bytes, nanoseconds } from '../units.ts';
import { headerParts } from './header.ts';
import { studySections } from './study-section.ts';

type Step = FixtureStep<'binary'>;

const fetched = measured<'binary'>(
  { form: 'sse' },
  {
    imageBytes: bytes(1_000),
    transfers: 1,
    timesNs: [nanoseconds(1e6)],
    wireUpBytes: bytes(100),
    wireDownBytes: bytes(1_400),
    endpointCpuUs: 100,
    clientCpuUs: 100,
    encodeNs: [],
  },
);
const failed: Step = { subject: { form: 'sse' }, outcome: { status: 'failed', error: 'it died' } };
const missing: Step = {
  subject: { form: 'websocket' },
  outcome: { status: 'not-measured', because: 'there is no browser', wouldAnswer: 'one' },
};

describe('the steps of a study that found nothing', () => {
  it('are counted under the reason that they share', () => {
    const record = studyRecord({ study: 'binary', steps: [...fetched, failed, failed, missing] });
    const [section] = studySections(summarise(record));
    expect(section?.notes.slice(-2)).toEqual([
      '2 of 4 steps failed: it died',
      '1 of 4 steps not measured: there is no browser; would take: one',
    ]);
  });
});

describe('the header of a run that was cut off', () => {
  it('counts the steps that were done among those of the plan', () => {
    const whole = studyRecord({ study: 'binary', steps: [...fetched, failed, missing] });
    const studies = whole.studies.map((study) => ({ ...study, steps: study.steps.slice(0, 2) }) as typeof study);
    expect(headerParts(summarise({ ...whole, status: 'partial', studies })).join(' · ')).toContain(
      '2 of 3 steps of studies',
    );
  });
});
