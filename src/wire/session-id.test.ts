import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { newSessionId } from './session-id.ts';

test('has the shape of a UUID, and is another every time', () => {
  const ids = Array.from({ length: 1_000 }, newSessionId);
  for (const id of ids) expect(id).toMatch(/^[3-9bdfghlmnp]{8}(?:-[3-9bdfghlmnp]{4}){3}-[3-9bdfghlmnp]{12}$/);
  expect(new Set(ids).size).toBe(ids.length);
});

test('takes the same room in a compressed header, whichever it is', async () => {
  const server = http2.createServer((_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(async () => {
    await new Promise<void>((resolve) => client.close(resolve));
    await new Promise((resolve) => server.close(resolve));
  });
  const costOf = async (id: string): Promise<number> => {
    const before = client.socket.bytesWritten;
    const request = client.request({ ':path': `/messages?sessionId=${id}` });
    request.resume();
    await new Promise((resolve) => request.once('end', resolve));
    return client.socket.bytesWritten - before;
  };
  for (let warm = 0; warm < 3; warm += 1) await costOf(newSessionId());
  const costs = [];
  for (let request = 0; request < 50; request += 1) costs.push(await costOf(newSessionId()));
  expect(new Set(costs).size).toBe(1);
});
