import { expect, it } from 'vitest';
import { summaryOf } from '../../test/golden/summaries.ts';
import { doubtLines } from './doubts.ts';

const compressible = (armIds: readonly string[]): readonly string[] =>
  doubtLines(summaryOf({ armIds })).filter((line) => line.startsWith('compressible: '));

it('doubts the bytes of those who compress, whatever was found, and of nobody else', () => {
  expect(compressible(['sse', 'websocket'])).toEqual([]);
  const lines = compressible(['sse+gzip', 'sse', 'websocket+deflate']);
  expect(lines).toHaveLength(1);
  const [line] = lines;
  expect(line).toContain('so the bytes of SSE (gzip), WebSocket (deflate) are those of texts that repeat');
});
