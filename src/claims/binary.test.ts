import { describe, expect, it } from 'vitest';
import { measured, studyRecord } from '../../test/fixtures/study-record.ts';
import type { StudyData } from '../result/study-data.ts';
import { RAW_FRAMES } from '../scenario/studies/binary.ts';
import { summarise } from '../stats/summarise.ts';
import { binary } from './binary.ts';

const IMAGE = 65_536;

/** Ten images that took so many bytes on the wire and so many milliseconds each. */
const dataOf = (wireBytes: number, ms: number): StudyData['binary'] => ({
  imageBytes: IMAGE,
  transfers: 10,
  timesNs: Array(10).fill(ms * 1e6) as number[],
  wireUpBytes: 0,
  wireDownBytes: wireBytes * 10,
  endpointCpuUs: 1_000,
  clientCpuUs: 2_000,
  encodeNs: [],
});

function verdictOf(bytes: { readonly sse: number; readonly websocket: number; readonly raw: number }) {
  const steps = [
    ...measured<'binary'>({ form: 'sse', size: String(IMAGE) }, dataOf(bytes.sse, 2), 6),
    ...measured<'binary'>({ form: 'websocket', size: String(IMAGE) }, dataOf(bytes.websocket, 1), 6),
    ...measured<'binary'>({ form: RAW_FRAMES, size: String(IMAGE) }, dataOf(bytes.raw, 1), 6),
  ];
  return binary.evaluate(summarise(studyRecord({ study: 'binary', steps }))).verdict;
}

describe('binary', () => {
  it('depends on whether MCP is spoken, where only frames of their own save bytes', () => {
    const verdict = verdictOf({ sse: 88_000, websocket: 87_400, raw: 65_600 });
    expect(verdict.word).toBe('depends');
    expect(verdict.because).toContain('true for 64.0 KiB outside of MCP (0.75× the bytes of SSE, 0.50× the time)');
    expect(verdict.because).toContain('not for 64.0 KiB inside of MCP (0.99× the bytes of SSE');
  });

  it('is confirmed where both save a fifth, and refuted where neither does', () => {
    expect(verdictOf({ sse: 100_000, websocket: 80_000, raw: 65_600 }).word).toBe('confirmed');
    expect(verdictOf({ sse: 80_000, websocket: 80_000, raw: 65_600 }).word).toBe('refuted');
  });

  it('shows each form’s bytes and time', () => {
    const steps = measured<'binary'>({ form: 'sse', size: String(IMAGE) }, dataOf(88_000, 2));
    const { measured: seen, verdict } = binary.evaluate(summarise(studyRecord({ study: 'binary', steps })));
    expect(seen).toEqual({ sse: ['64.0 KiB: 85.9 KiB on the wire, 2.00 ms'] });
    expect(verdict.word).toBe('not measured');
  });
});
