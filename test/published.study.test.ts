/** The study of published numbers, through the whole program: what must hold of it on every machine. */
import { describe, expect, test } from 'vitest';
import { PUBLISHED } from '../src/scenario/studies/published.ts';
import { studySteps } from '../src/stats/study-steps.ts';
import { runStudy } from './fixtures/run-study.ts';

describe('run published --quick', async () => {
  const { record, code, stdout } = await runStudy(['published', '--quick']);
  const steps = studySteps(record, 'published');
  const dataOf = (figure: string, way: string) => {
    const found = steps.find(({ subject }) => subject['figure'] === figure && subject['way'] === way)?.outcome;
    if (found?.status !== 'measured') throw new Error(`${figure}, ${way}: ${JSON.stringify(found)}`);
    return found.data;
  };
  const beyond = (figure: string, way: string): number => {
    const { bytes } = dataOf(figure, way);
    return bytes === null ? Number.NaN : (bytes.wireBytes - bytes.payloadBytes) / bytes.messages;
  };
  const total = (figure: string, way: string): number =>
    dataOf(figure, way).timesNs.reduce((sum, span) => sum + span, 0);

  test('measures all six in every way, the official SDK included, and ends well', () => {
    expect(code).toBe(0);
    expect(steps).toHaveLength(PUBLISHED.reduce((sum, { ways }) => sum + ways.length, 0));
    expect(steps.filter(({ outcome }) => outcome.status !== 'measured')).toEqual([]);
    for (const { id, says } of PUBLISHED) {
      expect(stdout).toContain(`${id}, published: `);
      expect(stdout).toContain(says.slice(0, 20));
    }
  });

  test.each([
    // [WHATWG] the field and the empty line, eight bytes; [RFC 9112] 7.1: the chunk's length and two line ends, six.
    ['published-push-bytes', 'SSE', 14],
    // [RFC 9113] 4.1: nine bytes before each frame.
    ['published-push-bytes', 'SSE, HTTP/2', 17],
    // [RFC 6455] 5.2: two bytes up to 125; eight with a mask and a length of two bytes.
    ['published-push-bytes', 'WebSocket', 2],
    ['published-87-bytes', 'WebSocket, client to server', 8],
  ])('%s, %s: %i bytes beyond the message', (figure, way, bytes) => {
    expect(beyond(figure, way)).toBe(bytes);
  });

  test('a message from the client is a POST with its headers, one from the server is not', () => {
    expect(beyond('published-87-bytes', 'SSE, client to server')).toBeGreaterThan(100);
    expect(beyond('published-87-bytes', 'SSE, server to client')).toBe(14);
  });

  test('a process for each call is slower than one for all, by any machine’s measure', () => {
    const perCall = (way: string): number =>
      total('published-ui-tars', way) / dataOf('published-ui-tars', way).timesNs.length;
    expect(perCall('stdio, a process per call')).toBeGreaterThan(10 * perCall('stdio'));
  });

  test('nobody is back before having knocked', () => {
    for (const way of ['SSE, fixed delay', 'WebSocket, fixed delay', 'WebSocket, doubling delay']) {
      const { timesNs, waitedNs } = dataOf('published-reconnect', way);
      expect(waitedNs).toHaveLength(timesNs.length);
      expect(timesNs[0]).toBeGreaterThanOrEqual(waitedNs[0] ?? Number.NaN);
      expect(waitedNs[0]).toBeGreaterThanOrEqual(0);
    }
  });
});
