/** Somebody else's servers, measured with the built command: what is said, what is recorded, what is never recorded, and what is left running. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { parseRecord } from '../src/result/codec.ts';
import type { RunRecord } from '../src/result/record.ts';
import { eventually, fileIn, isRunning, runCommand, startCommand, temporaryFolder } from './fixtures/command.ts';

const EVERYTHING = join(import.meta.dirname, '../node_modules/@modelcontextprotocol/server-everything/dist/index.js');
const SECRETS = [
  'header-secret-1',
  'variable-secret-2',
  'user-secret-3',
  'query-secret-4',
  'argument-secret-5',
] as const;

interface Rpc {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly protocolVersion?: string };
}

const asking = (name: string, schema: object): object => ({
  name,
  inputSchema: { type: 'object', properties: { key: schema }, required: ['key'] },
});

/** The least of a server of the handshake era. It repeats what it was sent, as servers do. */
function answerTo({ id, method, params }: Rpc, echo: string): string | undefined {
  if (id === undefined) return undefined;
  const answer = (rest: object): string => JSON.stringify({ jsonrpc: '2.0', id, ...rest });
  switch (method) {
    case 'initialize':
      return answer({
        result: {
          protocolVersion: params?.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: `evil \u001b[2J ${echo}`, version: '1' },
        },
      });
    case 'tools/list':
      return answer({
        result: {
          tools: [
            { name: 'broken', inputSchema: { type: 'object' } },
            { name: `named-${echo}`, inputSchema: { type: 'object' } },
            asking('told', { enum: [echo] }),
            asking('fine', { default: echo, type: 'string' }),
          ],
        },
      });
    case 'tools/call':
      return answer(
        JSON.stringify(params).includes('broken')
          ? { error: { code: -32000, message: `you sent ${echo}` } }
          : { result: { content: [] } },
      );
    default:
      return answer({ error: { code: -32601, message: `unknown; you sent ${echo}` } });
  }
}

/** What a request carried that may be secret. */
const carriedBy = ({ headers, url }: IncomingMessage): string =>
  [headers['x-key'], headers['x-variable'], headers.authorization, url].join(' ');

/** A WebSocket and an HTTP+SSE server on one port, both without TLS. */
async function startServer(): Promise<{ readonly host: string; readonly heard: Set<string> }> {
  const heard = new Set<string>();
  const streams = new Map<string, ServerResponse>();
  const server = createServer((request, response) => {
    heard.add(carriedBy(request));
    if (request.method === 'GET') {
      const id = String(streams.size);
      streams.set(id, response);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`event: endpoint\ndata: /messages?id=${id}\n\n`);
    } else if (request.url?.startsWith('/messages') === true) {
      let text = '';
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      request.on('end', () => {
        response.writeHead(202).end();
        const answer = answerTo(JSON.parse(text) as Rpc, carriedBy(request));
        const stream = streams.get(new URL(request.url ?? '', 'http://x').searchParams.get('id') ?? '');
        if (answer !== undefined) stream?.write(`data: ${answer}\n\n`);
      });
    } else response.writeHead(404).end(carriedBy(request));
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => void sockets.add(socket));
  const webSockets = new WebSocketServer({ server, handleProtocols: () => 'mcp' });
  webSockets.on('connection', (webSocket, request) => {
    heard.add(carriedBy(request));
    webSocket.on('message', (data: Buffer) => {
      const answer = answerTo(JSON.parse(data.toString()) as Rpc, carriedBy(request));
      if (answer !== undefined) webSocket.send(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

const recordIn = (path: string): RunRecord => parseRecord(readFileSync(path, 'utf8'), path);
const QUICK = ['run', 'tool-calls', '--quick', '--trials', '1'] as const;

/** The least that is an MCP server over stdio; notes which of two variables it has inherited. */
const NOTING = (file: string): string => `
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const { A_VARIABLE = 'none', ANOTHER_VARIABLE = 'none' } = process.env;
appendFileSync(${JSON.stringify(file)}, A_VARIABLE + ' ' + ANOTHER_VARIABLE + '\\n');
const answer = (id, result) => console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize') answer(id, { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 'noting', version: '1' } });
  else if (method === 'tools/list') answer(id, { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] });
  else if (method === 'tools/call') answer(id, { content: [] });
  else if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no' } }));
});`;

describe('secrets', () => {
  test('that are a header by --header-env are not in what children inherit', async () => {
    const folder = temporaryFolder();
    const noted = join(folder, 'noted.txt');
    const command = `stdio@2025-11-25=node ${fileIn(folder, 'server.mjs', NOTING(noted))}`;
    const args = ['-d', '100ms', '-w', '50ms', '--header-env', 'X-Variable=A_VARIABLE', '--command', command];
    const env = { A_VARIABLE: SECRETS[1], ANOTHER_VARIABLE: 'inherited' };
    const { code } = await runCommand([...QUICK, ...args], folder, undefined, env);
    const lines = readFileSync(noted, 'utf8').trim().split('\n');
    // The one that is looked at by the command itself, and those that the driver has started.
    expect(lines.length).toBeGreaterThan(1);
    expect(new Set(lines)).toEqual(new Set(['none inherited']));
    expect(code).toBe(0);
  });

  test('reach the server and nothing else', async () => {
    const { host, heard } = await startServer();
    const folder = temporaryFolder();
    const files = ['record.json', 'report.txt', 'report.md', 'report.json'].map((name) => join(folder, name));
    const ended = await runCommand(
      [
        ...QUICK,
        '--target',
        `ws=ws://bench:${SECRETS[2]}@${host}/mcp?key=${SECRETS[3]}`,
        '--target',
        `old=http://bench:${SECRETS[2]}@${host}/sse?key=${SECRETS[3]}`,
        '--command',
        `own=node ${EVERYTHING} stdio --token=${SECRETS[4]}`,
        '--header',
        `X-Key: ${SECRETS[0]}`,
        '--header-env',
        'X-Variable=A_VARIABLE',
        '-o',
        files[0] ?? '',
        '-f',
        'table',
        '-f',
        `table=${files[1]}`,
        '-f',
        `markdown=${files[2]}`,
        '-f',
        `json=${files[3]}`,
      ],
      folder,
      undefined,
      { A_VARIABLE: SECRETS[1] },
    );
    expect(ended.stderr).toMatch(
      /^"ws": WebSocket 2025-11-25, "evil .*", 4 tools; calls "fine" with \{"key":"bench"\}$/m,
    );
    expect(ended.stderr).toMatch(/^"old": SSE 2025-11-25, "evil .*", 4 tools; calls "fine" with \{"key":"bench"\}$/m);
    expect(ended.stderr).toMatch(/^"ws": passed over "broken": error -32000: you sent \[hidden\]/m);
    expect(ended.stderr).toMatch(/^"ws": passed over "named-\[hidden\].*": its name holds what is secret$/m);
    expect(ended.stderr).toMatch(/^"ws": passed over "told": "key" may only be what the server was told/m);
    expect(ended.code).toBe(0);
    const basic = Buffer.from(`bench:${SECRETS[2]}`).toString('base64');
    const carried = `${SECRETS[0]} ${SECRETS[1]} Basic ${basic} `;
    expect(heard).toContain(`${carried}/mcp?key=${SECRETS[3]}`);
    expect(heard).toContain(`${carried}/sse?key=${SECRETS[3]}`);
    expect(recordIn(files[0] ?? '').asked.slice(4)).toEqual([
      '--target',
      `ws=ws://…@${host}/mcp?…`,
      '--target',
      `old=http://…@${host}/sse?…`,
      '--command',
      'own=node …',
      '--header',
      '…',
      '--header',
      '…',
    ]);
    expect(readFileSync(files[2] ?? '', 'utf8')).toMatch(
      /^Again with the same seed: `npx .* --command 'own=node …' --header '…' --header '…' --seed \d+`, each … replaced by what stood there/m,
    );
    const written = [ended.stdout, ended.stderr, ...files.map((path) => readFileSync(path, 'utf8'))];
    for (const text of written) {
      expect(text.length).toBeGreaterThan(100);
      expect([...SECRETS, basic].filter((secret) => text.includes(secret))).toEqual([]);
      expect(text).not.toContain('\u001b');
    }
  });

  test('nor do failures tell them', async () => {
    const { host } = await startServer();
    const args = ['--target', `it=ws://u:${SECRETS[2]}@${host}/?k=${SECRETS[3]}`, '--header', `X-Key: ${SECRETS[0]}`];
    const ended = await runCommand([...QUICK, ...args, '--tool', `broken-${SECRETS[0]}`], temporaryFolder());
    expect(ended.code).toBe(4);
    // The name of the tool was typed, and is the only place where the text may stand.
    expect(ended.stderr).toMatch(/^target "it": /);
    expect([SECRETS[2], SECRETS[3]].filter((secret) => ended.stderr.includes(secret))).toEqual([]);
  });
});

describe('server-everything over stdio', () => {
  test('is measured, and what cannot be known of it is null', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'r.json');
    const args = ['--command', `everything=node ${EVERYTHING} stdio`, '--args', '{"message":"hi"}', '--tool', 'echo'];
    const { code, stderr, stdout } = await runCommand([...QUICK, ...args, '-o', path], folder);
    expect(stderr).toMatch(
      /^"everything": stdio 2025-11-25, "mcp-servers\/everything", 13 tools; calls "echo" with \{"message":"hi"\}$/m,
    );
    expect(code).toBe(0);
    expect(stdout).toContain('n/a');
    const record = recordIn(path);
    expect(record.plan.arms).toMatchObject([
      {
        id: 'everything',
        variant: { transport: 'stdio', target: 'everything' },
        call: { tool: 'echo', args: '{"message":"hi"}' },
      },
    ]);
    expect(record.asked).toEqual([
      'tool-calls',
      '--trials',
      '1',
      '--quick',
      '--command',
      'everything=node …',
      '--tool',
      'echo',
      '--args',
      '{"message":"hi"}',
    ]);
    const [measurement] = record.trials.flatMap(({ measurements }) => measurements);
    if (measurement === undefined) throw new Error('nothing was measured');
    const { calls, bytes, endpoint } = measurement;
    expect(calls.ok).toBeGreaterThan(10);
    expect(calls).toMatchObject({ due: calls.ok, wrong: 0, rejected: 0 });
    // Linux shows what it uses: one process, and some microseconds for each call.
    if (endpoint === null || !('processes' in endpoint)) throw new Error('it was not looked at from outside');
    expect(endpoint.processes).toBe(1);
    expect(endpoint.cpuUs / calls.ok).toBeGreaterThan(10);
    expect(bytes).toMatchObject({ wireUp: null, wireDown: null });
    // [spec] stdio: one JSON text and a newline each.
    expect(bytes.driverWireUp).toBe(bytes.payloadUp + bytes.messagesUp);
    expect(bytes.driverWireDown).toBe(bytes.payloadDown + bytes.messagesDown);
  });
});

describe('a command', () => {
  /** Starts a grandchild, and both write down who they are and do not go when asked. */
  const STUBBORN = `
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
process.on('SIGTERM', () => undefined);
const [, , folder, port, role = 'parent'] = process.argv;
writeFileSync(folder + '/' + role, String(process.pid));
if (role === 'parent') spawn(process.execPath, [process.argv[1], folder, port, 'child'], { stdio: 'ignore' });
else createServer(() => undefined).listen(Number(port), '127.0.0.1');
setInterval(() => undefined, 1000);
`;
  const pidIn = (path: string): number | undefined => {
    try {
      return Number(readFileSync(path, 'utf8')) || undefined;
    } catch {
      return undefined;
    }
  };

  test.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)('is gone with all it started after %s', async (signal) => {
    const folder = temporaryFolder();
    const program = fileIn(folder, 'stubborn.mjs', STUBBORN);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/mcp`;
    const args = [
      '--target',
      `it=${url}`,
      '--command',
      `it=node ${program} ${folder} ${port}`,
      '--ready-timeout',
      '30s',
    ];
    const command = startCommand([...QUICK, ...args], folder);
    const pids = await Promise.all(
      ['parent', 'child'].map((role) => eventually(() => pidIn(join(folder, role)), role)),
    );
    onTestFinished(() => {
      for (const pid of pids.filter(isRunning)) process.kill(pid, 'SIGKILL');
    });
    expect(pids.map(isRunning)).toEqual([true, true]);
    command.process.kill(signal);
    await command.ended;
    await eventually(() => (pids.some(isRunning) ? undefined : true), 'end of both', 10_000);
  });

  /** Serves whoever starts it first; started again, it never comes to listen. */
  const ONCE_ONLY = `
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
const [, , folder, port] = process.argv;
const isSecond = existsSync(folder + '/first');
writeFileSync(folder + (isSecond ? '/second' : '/first'), String(process.pid));
const RESULTS = {
  initialize: (params) => ({ protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 'once', version: '1' } }),
  'tools/list': () => ({ tools: [{ name: 'fine', inputSchema: { type: 'object' } }] }),
  'tools/call': () => ({ content: [] }),
};
const serve = createServer(async (request, response) => {
  let text = '';
  for await (const piece of request) text += piece;
  if (request.method !== 'POST') return response.writeHead(405).end();
  const { id, method, params } = JSON.parse(text);
  if (id === undefined) return response.writeHead(202).end();
  const result = RESULTS[method]?.(params);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(result === undefined ? { error: { code: -32601, message: 'no' } } : { result }) }));
});
if (!isSecond) serve.listen(Number(port), '127.0.0.1');
setInterval(() => undefined, 1000);
`;

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('that a trial waits for is not waited for after %s', async (signal, code) => {
    const folder = temporaryFolder();
    const program = fileIn(folder, 'once.mjs', ONCE_ONLY);
    const port = await freePort();
    const target = ['--target', `it=http://127.0.0.1:${port}/mcp`];
    const started = ['--command', `it=node ${program} ${folder} ${port}`, '--ready-timeout', '40s'];
    const command = startCommand([...QUICK, ...target, ...started], folder);
    const pid = await eventually(() => pidIn(join(folder, 'second')), 'second start');
    onTestFinished(() => {
      if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    });
    const beganMs = performance.now();
    command.process.kill(signal);
    const ended = await command.ended;
    expect(ended).toMatchObject({ code, signal: null });
    expect(ended.stderr).toContain('Stopping: the trial in hand is dropped');
    expect(isRunning(pid)).toBe(false);
    // Much less than the 40 s that it would have waited: the polite end of a command and of this one.
    expect(performance.now() - beganMs).toBeLessThan(5_000);
  });

  test('whose address is taken is not mistaken for whoever has it', async () => {
    const { host } = await startServer();
    const args = ['--target', `it=http://${host}/mcp`, '--command', 'it=node --version'];
    const { code, stderr } = await runCommand([...QUICK, ...args], temporaryFolder());
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: `target "it": somebody listens at ${host} already, before its command was started: end that first\n`,
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
