import { describe, expect, it } from 'vitest';
import { measured, studyRecord } from '../../../test/fixtures/study-record.ts';
import type { StudyData } from '../../result/study-data.ts';
import { RAW_FRAMES } from '../../scenario/studies/binary.ts';
import { summarise } from '../../stats/summarise.ts';
import { bytes, nanoseconds } from '../../units.ts';
import { studySections } from '../study-section.ts';

type Data = StudyData['binary'];

/** Four transfers of an image of 1,000 bytes. */
const fetched = (special: Partial<Data>): Data => ({
  imageBytes: bytes(1_000),
  transfers: 4,
  timesNs: [1, 2, 2, 9].map((ms) => nanoseconds(ms * 1e6)),
  wireUpBytes: bytes(400),
  wireDownBytes: bytes(5_600),
  endpointCpuUs: 400,
  clientCpuUs: 800,
  encodeNs: [],
  ...special,
});

const step = (form: string, special: Partial<Data> = {}, repeats = 1) =>
  measured<'binary'>({ form }, fetched(special), repeats);

function sectionOf(steps: ReturnType<typeof step>) {
  const [section] = studySections(summarise(studyRecord({ study: 'binary', arms: ['sse', 'websocket'], steps })));
  if (section === undefined) throw new Error('no section');
  return section;
}

describe('images in a report', () => {
  it('are given per image: time, bytes on the wire and in units of the image, processor time of both ends', () => {
    expect(sectionOf(step('sse', {}, 3)).tables).toEqual([
      {
        caption: 'Images of 1,000 B',
        heads: ['', 'time [interval]', 'wire B/image', '÷ image', 'CPU endpoint', 'CPU client'],
        rows: [['sse', '2.00 ms', '1,500 B', '1.5×', '100 µs', '200 µs']],
      },
    ]);
  });

  it('stand in a table for each size, the smaller first, with the arms before the frames that are no MCP', () => {
    const { tables } = sectionOf([
      ...step(RAW_FRAMES, { imageBytes: bytes(2_000) }),
      ...step('websocket', { imageBytes: bytes(2_000) }),
      ...step('sse'),
    ]);
    expect(tables.map(({ caption, rows }) => [caption, rows.map(([name]) => name)])).toEqual([
      ['Images of 1,000 B', ['sse']],
      ['Images of 2,000 B', ['websocket', 'binary frames, not MCP']],
    ]);
  });

  it('say what making their text takes, where there is one', () => {
    const encodeNs = [3, 4, 5].map((us) => nanoseconds(us * 1e3));
    const { notes } = sectionOf([...step('sse', { encodeNs }), ...step(RAW_FRAMES)]);
    expect(notes[0]).toBe('Making the base64 of 1,000 B takes 4.00 µs besides (measured apart).');
    expect(notes).toHaveLength(2);
  });
});
