/** An echo through a relay that does nothing but count: a second opinion on bytes, from code that knows no HTTP. */
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net';
import { McpClient } from '#dist/mcp/client.js';
import { nonceOf, paddedText, fillerSource } from '#dist/mcp/payload.js';
import { eraOf } from '#dist/mcp/revisions.js';
import { BenchServer } from '#dist/mcp/server.js';
import { monotonicClock } from '#dist/measure/clock.js';
import { parseSize } from '#dist/scenario/quantities.js';
import type { Arm } from '#dist/scenario/plan.js';
import { loadTransport } from '#dist/transports/discover.js';
import { bytes, seconds } from '#dist/units.js';
import { armsOf } from './arms.js';

const CALLS = 10;
const MAX_MESSAGE_BYTES = bytes(16 * 1024 * 1024);

/** Bytes per echo call in each direction, as the relay saw them. */
export async function relayedEcho(arm: string, size: string): Promise<{ readonly up: number; readonly down: number }> {
  const [{ variant }] = (await armsOf([arm])) as [Arm];
  const transport = await loadTransport(variant.transport);
  const clock = monotonicClock();
  const server = new BenchServer({ clock, seed: 1, die: () => undefined, era: eraOf(variant.protocol) });
  const endpoint = await transport.startEndpoint({ server, variant, maxMessageBytes: MAX_MESSAGE_BYTES });
  const counts = { up: 0, down: 0 };
  const relay = await startRelay(Number(new URL(endpoint.address).port), counts);
  const client = new McpClient({ clock, timeoutNs: seconds(10) });
  const address = new URL(endpoint.address);
  address.port = String(relay.port);
  const channel = await transport.connect(address.href, {
    variant,
    headers: {},
    maxMessageBytes: MAX_MESSAGE_BYTES,
    timeoutMs: 5_000,
    events: client,
    certificate: endpoint.certificate,
  });
  client.attach(channel);
  await client.open(variant.protocol);
  await channel.listen();
  const filler = fillerSource(1);
  const call = (number: number): Promise<unknown> =>
    client.request('tools/call', {
      name: 'echo',
      arguments: { text: paddedText(nonceOf(0, number), parseSize(size), filler) },
    });
  // Header compression and HTTP/2's windows settle with the first few.
  for (let number = 0; number < CALLS; number += 1) await call(number);
  await quiet(counts);
  const before = { ...counts };
  for (let number = 0; number < CALLS; number += 1) await call(CALLS + number);
  await quiet(counts);
  // Before the ends say goodbye to each other, which costs bytes on some transports.
  const after = { ...counts };
  client.detach();
  await channel.close();
  await endpoint.close();
  await relay.close();
  return { up: (after.up - before.up) / CALLS, down: (after.down - before.down) / CALLS };
}

function startRelay(
  target: number,
  counts: { up: number; down: number },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const relay = createServer((inbound) => {
    const outbound = connectTcp(target, '127.0.0.1');
    inbound.on('data', (chunk) => (counts.up += chunk.length));
    outbound.on('data', (chunk) => (counts.down += chunk.length));
    for (const socket of [inbound, outbound]) socket.setNoDelay(true).on('error', () => socket.destroy());
    inbound.pipe(outbound).pipe(inbound);
  });
  return new Promise((resolve) => {
    relay.listen(0, '127.0.0.1', () => {
      const close = (): Promise<void> => new Promise((closed) => relay.close(() => closed()));
      resolve({ port: (relay.address() as AddressInfo).port, close });
    });
  });
}

/** Waits, a second at most, until nothing is counted for 20 ms. */
async function quiet(counts: { readonly up: number; readonly down: number }): Promise<void> {
  for (let look = 0, before = -1; look < 50; look += 1) {
    const now = counts.up + counts.down;
    if (now === before) return;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
