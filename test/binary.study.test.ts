/** The study of images, through the whole program: what must hold of bytes on every machine. */
import { describe, expect, test } from 'vitest';
import { RAW_FRAMES } from '../src/scenario/studies/binary.ts';
import { studySteps } from '../src/stats/study-steps.ts';
import { runStudy } from './fixtures/run-study.ts';

describe('run binary --quick', async () => {
  const { record, code, stdout } = await runStudy([
    'binary',
    '--quick',
    '--trials',
    '1',
    '-t',
    'sse,websocket,streamable-http+json,websocket+metro',
  ]);
  const steps = studySteps(record, 'binary');
  const dataOf = (form: string) => {
    const found = steps.find(({ subject }) => subject['form'] === form)?.outcome;
    if (found?.status !== 'measured') throw new Error(`${form}: ${JSON.stringify(found)}`);
    return found.data;
  };

  test('measures every form and ends well', () => {
    expect(code).toBe(0);
    expect(steps).toHaveLength(5);
    for (const { outcome } of steps) expect(outcome.status).toBe('measured');
  });

  test.each(['sse', 'websocket', 'streamable-http+json'])('%s: every image is its base64 and the framing', (form) => {
    const { imageBytes, transfers, wireDownBytes, timesNs } = dataOf(form);
    const text = Math.ceil((imageBytes * 4) / 3);
    expect(timesNs).toHaveLength(transfers);
    expect(wireDownBytes / transfers).toBeGreaterThan(text);
    // Headers and framing are a few hundred bytes.
    expect(wireDownBytes / transfers).toBeLessThan(text + 1_000);
  });

  test('over a network of 10 ms no image comes sooner, and not a byte is another', () => {
    const near = dataOf('websocket');
    const far = dataOf('websocket+metro');
    expect(Math.min(...far.timesNs)).toBeGreaterThanOrEqual(10e6);
    expect(far.wireDownBytes / far.transfers).toBe(near.wireDownBytes / near.transfers);
    expect(steps.map(({ outcome }) => outcome.status === 'measured' && outcome.relay?.roundTripNs)).toContain(10e6);
    expect(stdout).toContain('networks are emulated by a relay, which by its own ping added up to');
  });

  test('a binary frame is the image and ten bytes, its question a frame of 136', () => {
    const { imageBytes, transfers, wireDownBytes, wireUpBytes } = dataOf(RAW_FRAMES);
    // [RFC 6455] 5.2: two bytes, eight for a length above 65,535, none for a server's mask; up two, two and four.
    expect(wireDownBytes).toBe(transfers * (imageBytes + 10));
    expect(wireUpBytes).toBe(transfers * (128 + 8));
  });

  test('says in the table that frames of their own are not MCP', () => {
    expect(stdout).toContain('binary frames, not MCP');
    expect(stdout).toMatch(/binary: WebSockets carry images[^]*= depends: true for 64\.0 KiB outside of MCP/);
  });
});
