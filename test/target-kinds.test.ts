/** Somebody else's servers of the kinds that no package brings along: the tool's own endpoints standing by themselves, measured from end to end with the built command. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eraOf } from '../src/mcp/revisions.ts';
import { BenchServer } from '../src/mcp/server.ts';
import { monotonicClock } from '../src/measure/clock.ts';
import { parseRecord } from '../src/result/codec.ts';
import { type Measurement, isValid } from '../src/result/record.ts';
import type { Variant } from '../src/scenario/variant.ts';
import { bytes } from '../src/units.ts';
import { testArm } from './fixtures/arms.ts';
import { type Ended, fileIn, runCommand, temporaryFolder } from './fixtures/command.ts';

const MAX_MESSAGE_BYTES = 1024 * 1024;

interface StandAlone {
  readonly url: string;
  readonly server: BenchServer;
  /** PEM; `undefined` without TLS. */
  readonly certificate: string | undefined;
}

/** An endpoint that nobody of the command's started, in the test's process. */
async function standAlone(word: string): Promise<StandAlone> {
  const { transport, variant } = await testArm(word);
  const server = new BenchServer({
    clock: monotonicClock(),
    seed: 7,
    die: () => undefined,
    era: eraOf(variant.protocol),
  });
  const endpoint = await transport.startEndpoint({ server, variant, maxMessageBytes: bytes(MAX_MESSAGE_BYTES) });
  onTestFinished(() => endpoint.close());
  return { url: endpoint.address, server, certificate: endpoint.certificate };
}

interface Measured {
  readonly ended: Ended;
  readonly variant: Variant;
  readonly measurement: Measurement;
}

/** Measures the one server that the words name, which must succeed. */
async function measure(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Measured> {
  const folder = temporaryFolder();
  const path = join(folder, 'r.json');
  const args = ['run', 'tool-calls', '--quick', '--trials', '1', ...words, '-o', path];
  const ended = await runCommand(args, folder, undefined, env);
  expect(ended).toMatchObject({ code: 0, signal: null });
  const record = parseRecord(readFileSync(path, 'utf8'), path);
  const [arm] = record.plan.arms;
  const [measurement] = record.trials.flatMap(({ measurements }) => measurements);
  if (arm === undefined || measurement === undefined) throw new Error(`nothing was measured: ${ended.stderr}`);
  return { ended, variant: arm.variant, measurement };
}

/** Every call was answered rightly, and what only the endpoint could count is absent. */
function expectWhole({ measurement }: Measured): void {
  const { calls, bytes: counted } = measurement;
  expect(isValid(measurement)).toBe(true);
  expect(calls.ok).toBeGreaterThan(10);
  expect(calls).toMatchObject({ due: calls.ok, wrong: 0, rejected: 0, disconnected: 0 });
  expect(counted).toMatchObject({ wireUp: null, wireDown: null });
  expect(counted.driverWireUp).toBeGreaterThan(counted.payloadUp);
  expect(counted.driverWireDown).toBeGreaterThan(counted.payloadDown);
}

const said = (title: string, revision: string): RegExp =>
  new RegExp(String.raw`^"it": ${title} ${revision}, "mcp-transport-bench", 7 tools; calls "echo" with \{"text":`, 'm');

describe('2026-07-28 is found out', () => {
  test.each([
    ['websocket@2026-07-28', 'WebSocket', null],
    ['streamable-http@2026-07-28', 'Streamable HTTP', 'sse'],
    ['streamable-http@2026-07-28+json', 'Streamable HTTP', 'json'],
  ])('%s', async (word, title, reply) => {
    const { url, server } = await standAlone(word);
    const measured = await measure(['--target', `it=${url}`]);
    expect(measured.ended.stderr).toMatch(said(title, '2026-07-28'));
    expect(measured.variant).toMatchObject({ protocol: '2026-07-28', reply, tls: false, target: 'it' });
    expectWhole(measured);
    expect(measured.measurement.endpoint).toBeNull();
    expect(server.counts.messagesUp).toBeGreaterThan(measured.measurement.calls.ok);
  });

  test('stdio@2026-07-28', async () => {
    const program = fileIn(temporaryFolder(), 'server.mjs', STDIO_SERVER);
    const measured = await measure(['--command', `it=node ${program}`]);
    expect(measured.ended.stderr).toMatch(said('stdio', '2026-07-28'));
    expect(measured.variant).toMatchObject({ transport: 'stdio', protocol: '2026-07-28' });
    expectWhole(measured);
    const { bytes: counted, endpoint } = measured.measurement;
    // A server that the run starts shows from outside what it uses.
    expect(endpoint).toMatchObject({ processes: 1 });
    // [spec] stdio: one JSON text and a newline each.
    expect(counted.driverWireUp).toBe(counted.payloadUp + counted.messagesUp);
    expect(counted.driverWireDown).toBe(counted.payloadDown + counted.messagesDown);
  });
});

const built = (path: string): string => JSON.stringify(new URL(`../dist/${path}`, import.meta.url).href);
/** A server of a client's own, over its standard streams. */
const STDIO_SERVER = `
import { monotonicClock } from ${built('measure/clock.js')};
import { BenchServer } from ${built('mcp/server.js')};
import { defaultVariant } from ${built('scenario/variant.js')};
import { loadTransport } from ${built('transports/discover.js')};
const server = new BenchServer({ clock: monotonicClock(), seed: 7, die: () => undefined, era: 'per-request' });
const variant = { ...defaultVariant('stdio'), protocol: '2026-07-28' };
const pipes = { stdin: process.stdin, stdout: process.stdout };
await (await loadTransport('stdio')).startEndpoint({ server, variant, maxMessageBytes: ${MAX_MESSAGE_BYTES}, pipes });
`;

test('a server that takes its time is measured all the same', async () => {
  const program = fileIn(temporaryFolder(), 'slow.mjs', SLOW_SERVER);
  const { variant, measurement } = await measure(['-d', '2s', '--command', `it=node ${program}`]);
  expect(variant).toMatchObject({ transport: 'stdio', protocol: '2025-11-25' });
  expect(isValid(measurement)).toBe(true);
  expect(measurement.calls.ok).toBeGreaterThan(3);
  expect(measurement.responseTime.meanNs / 1e6).toBeGreaterThan(295);
});

/** 300 ms for every call. */
const SLOW_SERVER = `
import { createInterface } from 'node:readline';
const answer = (id, rest) => console.log(JSON.stringify({ jsonrpc: '2.0', id, ...rest }));
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize') answer(id, { result: { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 'slow', version: '1' } } });
  else if (method === 'tools/list') answer(id, { result: { tools: [{ name: 'think', inputSchema: { type: 'object' } }] } });
  else if (method === 'tools/call') setTimeout(() => answer(id, { result: { content: [] } }), 300);
  else if (id !== undefined) answer(id, { error: { code: -32601, message: 'no' } });
});
`;

describe('over TLS, with a certificate of nobody’s', () => {
  test.each([
    ['websocket+tls', 'wss:', 'WebSocket', '2025-11-25'],
    ['sse+tls', 'https:', 'SSE', '2025-11-25'],
    ['streamable-http+tls', 'https:', 'Streamable HTTP', '2025-11-25'],
    ['streamable-http@2026-07-28+tls', 'https:', 'Streamable HTTP', '2026-07-28'],
  ])('%s is measured once NODE_EXTRA_CA_CERTS names it', async (word, protocol, title, revision) => {
    const { url, certificate } = await standAlone(word);
    expect(new URL(url).protocol).toBe(protocol);
    const folder = temporaryFolder();
    const target = ['--target', `it=${url}`];
    expect(await runCommand(['run', 'tool-calls', '--quick', ...target], folder)).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(
        /^target "it": its TLS certificate is self-signed or issued by nobody that this machine trusts \(\w+\); NODE_EXTRA_CA_CERTS=<file\.pem> names one to trust\n$/,
      ) as string,
    });
    const trusted = fileIn(folder, 'ca.pem', certificate);
    const measured = await measure(target, { NODE_EXTRA_CA_CERTS: trusted });
    expect(measured.ended.stderr).toMatch(said(title, revision));
    expect(measured.variant).toMatchObject({ tls: true });
    expectWhole(measured);
  });
});

describe('an address that is not loopback', () => {
  /** Of this machine: what is sent there does not leave it. */
  const address = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

  test.skipIf(address === undefined)(
    `is measured after --yes, with the load said (${address ?? 'SKIPPED: this machine has no interface but loopback'})`,
    async () => {
      const { host, calls } = await startElsewhere(address ?? '');
      const target = ['--target', `it=http://${host}/mcp`];
      const refused = await runCommand(['run', 'tool-calls', '--quick', ...target], temporaryFolder());
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toMatch(/^"it" .* is not on loopback\. .*\nIf you may send that, say so with --yes\.\n$/);
      expect(calls()).toBe(0);
      const measured = await measure([...target, '--yes']);
      expect(measured.ended.stderr).toMatch(
        /^"it" \(http:\/\/.*\/mcp\) is not on loopback\. The load for each: 1 trial, each warm-up: .*tool-calls: 1 client/m,
      );
      expectWhole(measured);
      expect(calls()).toBeGreaterThan(measured.measurement.calls.ok);
    },
  );
});

interface Rpc {
  readonly id?: number;
  readonly method: string;
  readonly params?: { readonly protocolVersion?: string };
}

/** The least of a server, without sessions and with one JSON object for an answer: ours refuse to listen anywhere but on loopback. */
async function startElsewhere(address: string): Promise<{ readonly host: string; readonly calls: () => number }> {
  let calls = 0;
  const resultOf = ({ method, params }: Rpc): object | undefined => {
    if (method === 'initialize')
      return {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'elsewhere', version: '1' },
      };
    if (method === 'tools/list') return { tools: [{ name: 'nothing', inputSchema: { type: 'object' } }] };
    if (method !== 'tools/call') return undefined;
    calls += 1;
    return { content: [] };
  };
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      if (request.method !== 'POST') {
        response.writeHead(405).end();
        return;
      }
      const rpc = JSON.parse(text) as Rpc;
      const result = resultOf(rpc);
      const rest = result === undefined ? { error: { code: -32601, message: 'no such method' } } : { result };
      if (rpc.id === undefined) response.writeHead(202).end();
      else
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ jsonrpc: '2.0', id: rpc.id, ...rest }));
    });
  });
  server.listen(0, address);
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return { host: `${address}:${(server.address() as AddressInfo).port}`, calls: () => calls };
}
