import { describe, expect, it } from 'vitest';
import { parseFile } from './parse-scenario.ts';
import { quickStudy, type StudyDraft } from './study-schema.ts';

const HEAD = 'name: mine\ntitle: Mine\nshows: What it shows.\n';

function draftOf(text: string): StudyDraft {
  const file = parseFile(text, 'mine.yaml');
  if (file.kind !== 'study') throw new Error(`a ${file.kind}`);
  return file.draft;
}

const problemsOf = (text: string): string => {
  try {
    draftOf(text);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('a study’s file', () => {
  it('has its defaults filled in', () => {
    expect(draftOf(`${HEAD}study: published\n`)).toMatchObject({
      name: 'mine',
      study: 'published',
      repeats: 1,
      arms: [],
      settings: {},
      quick: undefined,
    });
  });

  it('is a workload without the key', () => {
    expect(
      parseFile(`${HEAD}load: { model: closed }\nscripts: [{ name: a, steps: [{ ping: true }] }]\nwindow: 1s\n`, 'x')
        .kind,
    ).toBe('workload');
  });

  it('is smaller with --quick where it says so', () => {
    const draft = draftOf(
      `${HEAD}study: published\nrepeats: 5\narms: [sse, websocket]\nquick: { repeats: 2, arms: [sse] }\n`,
    );
    expect(draft).toMatchObject({ repeats: 5, arms: ['sse', 'websocket'] });
    expect(quickStudy(draft)).toMatchObject({ repeats: 2, arms: ['sse'], settings: draft.settings });
  });

  it.each([
    ['study: reconect', 'mine.yaml:4:8: study: got "reconect", expected one of attribution, binary, connect, '],
    ['study: published\nrepeats: 0', 'mine.yaml:5:10: repeats: got 0, expected a whole number from 1 to 1000'],
    ['study: published\narms: []', 'mine.yaml:5:7: arms: got an empty list, expected a list of 1 to 50 arms'],
    ['study: published\nwindow: 1s', 'mine.yaml:5:1: unknown key "window"'],
    [
      'study: published\nquick: { repeats: many }',
      'mine.yaml:5:19: quick.repeats: got "many", expected a whole number',
    ],
  ])('%j is refused in one line', (lines, expected) => {
    expect(problemsOf(`${HEAD}${lines}\n`)).toContain(expected);
  });
});
