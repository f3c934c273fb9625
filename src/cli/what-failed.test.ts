import { describe, expect, it } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import { type FixtureStep, studyRecord } from '../../test/fixtures/study-record.ts';
import { whatFailed } from './what-failed.ts';

const failed = (form: string, error: string): FixtureStep<'binary'> => ({
  subject: { form },
  outcome: { status: 'failed', error },
});
const missing = (form: string): FixtureStep<'binary'> => ({
  subject: { form },
  outcome: { status: 'not-measured', because: 'no reason', wouldAnswer: 'nothing' },
});

describe('whatFailed', () => {
  it('finds nothing in a whole run', () => {
    expect(whatFailed(fixtureRecord())).toEqual([]);
  });

  it('names a subject of a study that failed whenever it was tried, once, and none that worked out once', () => {
    const steps = [
      failed('sse', 'it\u001b died'),
      failed('websocket', 'it hung'),
      failed('sse', 'again'),
      missing('websocket'),
    ];
    expect(whatFailed(studyRecord({ study: 'binary', steps }))).toEqual(['binary (sse) failed: it\\u001b died']);
  });
});
