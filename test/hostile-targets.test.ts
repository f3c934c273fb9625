/** Somebody else's server that cannot be measured: one clear line on stderr that names it, exit code 4, nothing on stdout, nothing hangs. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createRequire } from 'node:module';
import { type AddressInfo, type Server, type Socket, createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { generate } from 'selfsigned';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommand } from './fixtures/command.ts';

const root = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
const running: (() => Promise<void>)[] = [];
afterAll(async () => {
  await Promise.all(running.map((close) => close()));
  rmSync(root, { recursive: true, force: true });
});
const freshFolder = (): string => mkdtempSync(join(root, 'test-'));
const inFolder = (name: string, text: string): string => {
  const path = join(freshFolder(), name);
  writeFileSync(path, text);
  return path;
};

/** Listens on loopback and ends, with its connections, when all is done: these tests run side by side. */
async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const http = (listener: RequestListener): Promise<string> => listen(createHttp(listener));
const status =
  (code: number, headers: Record<string, string> = {}, body = ''): RequestListener =>
  (_request, response) =>
    void response.writeHead(code, headers).end(body);
const page = (type: string, body: string): RequestListener => status(200, { 'content-type': type }, body);

interface Expected {
  readonly line: RegExp;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly code?: number;
}

/** Runs against the target and expects exactly one line. */
async function expectOneLine(
  target: readonly string[],
  { line, args = [], env = {}, code = 4 }: Expected,
): Promise<void> {
  const ended = await runCommand(
    ['run', 'tool-calls', '--quick', '--trials', '1', '--ready-timeout', '2s', ...target, ...args],
    freshFolder(),
    undefined,
    env,
  );
  expect(ended.stderr).toMatch(line);
  expect({ ...ended, stderr: ended.stderr.split('\n').length }).toEqual({ code, signal: null, stdout: '', stderr: 2 });
}

describe('over HTTP', () => {
  test.concurrent.each<[string, RequestListener, RegExp]>([
    ['401', status(401), /^target "it": answered HTTP 401: it wants credentials; give them with --header/],
    ['403', status(403), /^target "it": answered HTTP 403: it wants credentials; give them with --header/],
    ['404', status(404), /^target "it": answered HTTP 404 \(nothing at this path\) to POST and to GET/],
    ['405', status(405), /^target "it": answered HTTP 405 \(method not allowed\) to POST and to GET/],
    ['406', status(406), /^target "it": answered HTTP 406 \(not acceptable\) to POST and to GET/],
    ['500', status(500), /^target "it": answered HTTP 500 to POST and to GET/],
    [
      'a redirect',
      status(307, { location: 'http://127.0.0.1:9/other?token=abcdef' }),
      /^target "it": answered HTTP 307 and points to http:\/\/127\.0\.0\.1:9\/other; redirects are not followed/,
    ],
    [
      'a page',
      page('text/html; charset=utf-8', '<html>'),
      /^target "it": answered POST with an HTML page, not with MCP/,
    ],
    [
      'plain text',
      page('text/plain', 'hello'),
      /^target "it": answered POST with content type "text\/plain", expected/,
    ],
    ['no content type', (_request, response) => void response.end('?'), /content type "", expected/],
    [
      'JSON of another kind',
      page('application/json', '{"hello":1}'),
      /^target "it": answered POST with JSON that is not MCP/,
    ],
    [
      'another protocol on its stream',
      page('text/event-stream', 'data: tick\n\n'),
      /an event stream that holds no MCP/,
    ],
    [
      'an error to everything',
      page('application/json', '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no\\u001b[31m"}}'),
      /^target "it": answered POST with JSON-RPC error -32000: no\\u001b\[31m$/m,
    ],
    [
      'a revision from the future only',
      status(
        400,
        { 'content-type': 'application/json' },
        '{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"v","data":{"supported":["2031-01-01"]}}}',
      ),
      /^target "it": speaks only revisions that this tool does not: 2031-01-01/,
    ],
    [
      'a close at once',
      (_request, response) => void response.destroy(),
      /^target "it": closed the connection without an answer/,
    ],
    ['silence', () => undefined, /^target "it": sent no whole HTTP head within 1 s/],
    ['a body that trickles', (_request, response) => trickle(response, ' '), /did not finish it in time/],
  ])('%s', async (_what, listener, line) => {
    await expectOneLine(['--target', `it=http://${await http(listener)}/mcp`], { line });
  });

  test('a stream that never announces its endpoint', async () => {
    const host = await http((request, response) => {
      if (request.method === 'POST') response.writeHead(404).end();
      else trickle(response, ': wait\n\n', 'text/event-stream');
    });
    await expectOneLine(['--target', `it=http://${host}/sse`], {
      line: /^target "it": began an answer to GET and did not/,
    });
    await expectOneLine(['--target', `sse=http://${host}/sse`], {
      line: /^target "sse": began an answer to GET and did/,
    });
  });

  test('a head that trickles', async () => {
    const host = await listen(
      createTcp((socket) => {
        const timer = setInterval(() => socket.write('x'), 50);
        socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
        socket.on('close', () => clearInterval(timer));
      }),
    );
    await expectOneLine(['--target', `it=http://${host}/mcp`], {
      line: /^target "it": sent no whole HTTP head within 1 s/,
    });
  });

  test('something that is not HTTP', async () => {
    const host = await listen(createTcp((socket) => void socket.end('SSH-2.0-OpenSSH_9.9\r\n')));
    await expectOneLine(['--target', `it=http://${host}/`], {
      line: /^target "it": answered with something that is not HTTP/,
    });
  });

  test('nobody', async () => {
    await expectOneLine(['--target', 'it=http://127.0.0.1:1/mcp'], {
      line: /^target "it": nobody listens at 127.0.0.1:1/,
    });
    await expectOneLine(['--target', 'it=http://no-such-host.invalid/mcp'], {
      line: /^target "it": there is no address for/,
    });
  });
});

/** A few bytes now and then, for ever. */
function trickle(response: ServerResponse, piece: string, type = 'application/json'): void {
  response.writeHead(200, { 'content-type': type });
  const timer = setInterval(() => response.write(piece), 50);
  response.on('close', () => clearInterval(timer));
}

describe('over WebSocket', () => {
  test.concurrent.each<[string, RequestListener, RegExp]>([
    [
      'no upgrade',
      page('text/html', '<html>'),
      /^target "it": refused the WebSocket upgrade: it answered GET with an HTML page/,
    ],
    ['404', status(404), /^target "it": refused the WebSocket upgrade: it answered HTTP 404/],
    ['426', status(426), /^target "it": refused the WebSocket upgrade: it answered HTTP 426/],
    ['401', status(401), /^target "it": refused the WebSocket upgrade: it answered HTTP 401: it wants credentials/],
    [
      'a redirect',
      status(302, { location: '/elsewhere?key=123456' }),
      /answered HTTP 302 and points to \/elsewhere; redirects/,
    ],
  ])('%s', async (_what, listener, line) => {
    await expectOneLine(['--target', `it=ws://${await http(listener)}/mcp`], { line });
  });
});

describe('over TLS', () => {
  async function https(name: string, validTo: Date): Promise<{ host: string; ca: string }> {
    const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
      keySize: 2048,
      notBeforeDate: new Date('2020-01-01'),
      notAfterDate: validTo,
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [name === '127.0.0.1' ? { type: 7, ip: name } : { type: 2, value: name }] },
      ],
    });
    return { host: await listen(createHttps({ key, cert }, status(404))), ca: inFolder('ca.pem', cert) };
  }
  const LATER = new Date('2090-01-01');

  test('self-signed, until it is trusted', async () => {
    const { host, ca } = await https('127.0.0.1', LATER);
    const target = ['--target', `it=https://${host}/mcp`];
    await expectOneLine(target, { line: /^target "it": its TLS certificate is self-signed or .*NODE_EXTRA_CA_CERTS/ });
    await expectOneLine(target, { line: /^target "it": answered HTTP 404/, env: { NODE_EXTRA_CA_CERTS: ca } });
    await expectOneLine(['--target', `it=wss://${host}/mcp`], {
      line: /^target "it": its TLS certificate is self-signed/,
    });
  });

  test('expired', async () => {
    const { host, ca } = await https('127.0.0.1', new Date('2021-01-01'));
    await expectOneLine(['--target', `it=https://${host}/mcp`], {
      line: /^target "it": its TLS certificate has expired/,
      env: { NODE_EXTRA_CA_CERTS: ca },
    });
  });

  test('another host’s', async () => {
    const { host, ca } = await https('other.example', LATER);
    await expectOneLine(['--target', `it=https://${host}/mcp`], {
      line: /^target "it": its TLS certificate is for another host/,
      env: { NODE_EXTRA_CA_CERTS: ca },
    });
  });

  test('none', async () => {
    await expectOneLine(['--target', `it=https://${await http(status(200))}/mcp`], {
      line: /^target "it": the TLS handshake failed/,
    });
  });
});

describe('a command', () => {
  const script = (text: string): string => `node ${inFolder('server.mjs', text)}`;

  test.concurrent.each<[string, () => string, RegExp]>([
    ['that is not there', () => 'no-such-program-at-all --token=abcdefgh', /^target "it": there is no such program$/m],
    [
      'that ends',
      () => script(`console.error('first'); console.error('no \\u001b[31mkey'); process.exit(3);`),
      /^target "it": its command ended with exit code 3; its last words: "no \\+u001b\[31mkey"; run it by itself to see why$/m,
    ],
    [
      'that is a script that is not there',
      () => 'node /nope.js',
      /^target "it": its command ended with exit code 1; its last words: "Error: Cannot find module '\[hidden\]'"; run it/,
    ],
    [
      'that says something else',
      () => script(`setInterval(() => console.log('hello'), 50)`),
      /^target "it": its command wrote \d+ messages within 2 s \(--ready-timeout\) and no answer, the first: "hello"; a stdio server/,
    ],
    [
      'that says nothing',
      () => script('setInterval(() => undefined, 1000)'),
      /^target "it": its command said nothing within 2 s \(--ready-timeout\): is it an MCP server, .*--target <name>=<url>$/m,
    ],
    ['that repeats what it is sent', () => 'cat', /^target "it": its command sends back what it is sent: it is no MCP/],
    [
      'that floods its output',
      () => 'yes {}',
      /^target "it": its command wrote 1001 messages and no answer, the first: "\{\}"; a stdio server writes/,
    ],
  ])('%s', async (_what, command, line) => {
    await expectOneLine(['--command', `it=${command()}`], { line });
  });

  test('that stays silent is waited for as long as was said, in all', async () => {
    const limitMs = 3_000;
    const began = performance.now();
    await expectOneLine(['--command', `it=${script('setInterval(() => undefined, 1000)')}`], {
      line: /said nothing within 3 s/,
      args: ['--ready-timeout', `${limitMs}ms`],
    });
    // Starting and ending it take their time; a second wait as long as the first would be half as long again.
    expect(performance.now() - began).toBeLessThan(1.5 * limitMs);
  });

  test('that never listens, or ends before', async () => {
    const target = ['--target', 'it=http://127.0.0.1:1/mcp', '--command'];
    await expectOneLine([...target, `it=${script('setInterval(() => undefined, 1000)')}`], {
      line: /^target "it": its command did not listen at 127\.0\.0\.1:1 within 2 s \(--ready-timeout\)$/m,
    });
    await expectOneLine([...target, `it=${script(`console.error('port taken'); process.exit(7)`)}`], {
      line: /^target "it": its command ended with exit code 7 before it listened at 127\.0\.0\.1:1; its last words: "port taken"$/m,
    });
  });
});

describe('tools', () => {
  /** The least that is an MCP server over stdio. */
  const server = (tools: string, call: string): string =>
    `it=node ${inFolder(
      'server.mjs',
      `import { createInterface } from 'node:readline';
const answer = (id, rest) => console.log(JSON.stringify({ jsonrpc: '2.0', id, ...rest }));
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize') answer(id, { result: { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 'hostile', version: '1' } } });
  else if (method === 'tools/list') answer(id, { result: { tools: ${tools} } });
  else if (method === 'tools/call') answer(id, ${call});
  else if (id !== undefined) answer(id, { error: { code: -32601, message: 'no' } });
});`,
    )}`;
  const ECHO = `[{ name: 'echo', inputSchema: { type: 'object' } }]`;
  const FINE = '{ result: { content: [] } }';
  const IS_ERROR = `{ result: { isError: true, content: [{ type: 'text', text: 'not today' }] } }`;

  test.concurrent.each<[string, string, string, string[], RegExp]>([
    ['none', '[]', FINE, [], /^target "it": has no tools to call$/m],
    [
      'none that can be satisfied',
      `[{ name: 'a', inputSchema: { type: 'object', required: ['u'], properties: { u: { type: 'string', format: 'uri' } } } }]`,
      FINE,
      [],
      /^target "it": has no tool that could be called without --args \("a": "u" must have the format "uri"\)/,
    ],
    ['a wrong name', ECHO, FINE, ['--tool', 'ecko'], /^target "it": has no tool "ecko"; did you mean "echo"\?$/m],
    [
      'an error from the named one',
      ECHO,
      IS_ERROR,
      ['--tool', 'echo'],
      /^target "it": the call of its tool "echo" failed: it answered with an error: not today$/m,
    ],
    [
      'an error from all',
      ECHO,
      IS_ERROR,
      [],
      /^target "it": has no tool .* \("echo": it answered with an error: not today\)/,
    ],
    [
      'a question back',
      ECHO,
      `{ result: { resultType: 'input_required' } }`,
      ['--tool', 'echo'],
      /the call of its tool "echo" failed: .*input_required/,
    ],
  ])('%s', async (_what, tools, call, args, line) => {
    await expectOneLine(['--command', server(tools, call)], { line, args });
  });
});

describe('answers over HTTP that are none', () => {
  /** The least that is an MCP server; `call` makes the body for a call's id, the `nth`. */
  const server = (call: (id: number, nth: number, response: ServerResponse) => string | undefined): RequestListener => {
    let calls = 0;
    return (request, response) => {
      let text = '';
      request.on('data', (chunk) => void (text += String(chunk)));
      request.on('end', () => {
        if (request.method !== 'POST') return void response.writeHead(405).end();
        const { id, method } = JSON.parse(text) as { id?: number; method: string };
        if (id === undefined) return void response.writeHead(202).end();
        const body = method === 'tools/call' ? call(id, (calls += 1), response) : JSON.stringify(opening(id, method));
        if (body !== undefined) response.setHeader('content-type', 'application/json').end(body);
      });
    };
  };
  const opening = (id: number, method: string): object => {
    if (method === 'tools/list') return { jsonrpc: '2.0', id, result: { tools: [TOOL] } };
    if (method !== 'initialize') return { jsonrpc: '2.0', id, error: { code: -32601, message: 'no' } };
    const serverInfo = { name: 'hostile', version: '1' };
    return { jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo } };
  };
  const TOOL = { name: 't', inputSchema: { type: 'object' } };
  const right = (id: number): string => `{"jsonrpc":"2.0","id":${id},"result":{"content":[]}}`;

  test.concurrent.each<[string, (id: number) => string]>([
    ['an array', (id) => `[${right(id)}]`],
    ['no result', (id) => `{"jsonrpc":"2.0","id":${id}}`],
    ['null', (id) => `{"jsonrpc":"2.0","id":${id},"result":null}`],
    ['a wrong id', () => right(9)],
  ])('%s', async (_what, call) => {
    await expectOneLine(['--target', `it=http://${await http(server(call))}/mcp`], {
      line: /^target "it": has no tool .*HTTP 200 without an answer to this request/,
    });
  });

  const measured = async (listener: RequestListener): Promise<{ code: number | null; stdout: string }> => {
    const target = `it=http://${await http(listener)}/mcp`;
    const args = ['run', 'tool-calls', '--quick', '--trials', '1', '-d', '300ms', '-f', 'json', '--target', target];
    return runCommand(args, freshFolder());
  };

  test('a connection that breaks now and then costs one call each time', async () => {
    const ended = await measured(
      server((id, nth, response) => {
        if (nth % 10 !== 0) return right(id);
        response.destroy();
        return undefined;
      }),
    );
    const lost = [...ended.stdout.matchAll(/"disconnected": ?(\d+)/g)].map(([, count]) => Number(count));
    expect(Math.max(...lost)).toBeGreaterThan(3);
    expect(ended.code).toBe(0);
  });

  test('a task is no result', async () => {
    const { stdout } = await measured(server((id) => `{"jsonrpc":"2.0","id":${id},"result":{"task":{"taskId":"1"}}}`));
    expect(stdout).toMatch(/"ok": ?0,/);
    expect(stdout).toContain('the answer holds no content');
  });
});

test('a command that waits for nothing says so: it does not end in silence', async () => {
  const commander = createRequire(import.meta.url).resolve('commander');
  const hooks = `import commander from ${JSON.stringify(pathToFileURL(commander).href)};
commander.Command.prototype.parseAsync = () => new Promise(() => undefined);`;
  const ended = await runCommand(['list'], freshFolder(), undefined, {
    NODE_OPTIONS: `--import=${inFolder('hooks.mjs', hooks)}`,
  });
  expect(ended).toEqual({
    code: 4,
    signal: null,
    stdout: '',
    stderr: 'the run stopped before its end: nothing is left that it could wait for\n',
  });
});

describe('what was typed', () => {
  const TARGET = ['--target', 'it=http://127.0.0.1:1/mcp'];
  test.concurrent.each<[readonly string[], RegExp]>([
    [[...TARGET, '--args', '{no'], /^--args: got "\{no", which is not JSON/],
    [[...TARGET, '--args', '[1]'], /^--args: got "\[1\]", expected a JSON object/],
    [[...TARGET, '-t', 'sse'], /^--transport: cannot stand beside --target or --command/],
    [[...TARGET, '--header', 'secret-secret'], /^--header: got no header \(its text is not shown\)/],
    [[...TARGET, '--header-env', 'A=NO_SUCH_VARIABLE_HERE'], /^--header-env: A: NO_SUCH_VARIABLE_HERE is not set/],
    [[...TARGET, '--header', 'Content-Type: x'], /^--header: content-type is the transport's own/],
    [[...TARGET, ...TARGET], /^two servers are named "it"/],
    [
      [...TARGET, '--target', 'it=ws://127.0.0.1:2/', '--command', 'it=node x'],
      /^--command "it": one command serves one --target, and more than one is named so; give each its own/,
    ],
    [['--tool', 'x'], /^--tool: goes with --target or --command only/],
    [['--target', 'ftp://x/'], /^--target: got no URL that can be reached/],
    [['--target', 'sse=ws://127.0.0.1:1/'], /^--target: "sse" does not go with ws:\/\//],
    [['--command', 'node "x'], /^--command: a quote or an escape that does not end/],
    [['--command', ''], /^--command: no program/],
    [['notifications', ...TARGET], /^scenario "notifications" needs an endpoint that publishes/],
    [['payload-sizes', ...TARGET], /^scenario "payload-sizes" varies what its calls carry/],
  ])('%j', async (args, line) => {
    const ended = await runCommand(['run', ...args], freshFolder());
    expect(ended.stderr).toMatch(line);
    expect({ ...ended, stderr: ended.stderr.split('\n').length }).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: 2,
    });
  });

  test('the help says what is kept of it', async () => {
    const { stdout } = await runCommand(['run', '--help'], freshFolder());
    const help = stdout.replaceAll(/\s+/g, ' ');
    expect(help).toContain(
      '--args <json> what it is called with, kept in the record as it stands here, so no place for secrets',
    );
    expect(help).toMatch(/--header <name: value> [^-]*, recorded nowhere/);
  });

  test('a server elsewhere wants a yes, and the load is said', async () => {
    const { code, stdout, stderr } = await runCommand(
      ['run', '--target', 'far=http://192.0.2.1/mcp', '--quick'],
      freshFolder(),
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^"far" \(http:\/\/192\.0\.2\.1\/mcp\) is not on loopback\. The load for each: 6 trials, .*chatty: 8 clients/,
    );
    expect(stderr).toMatch(/If you may send that, say so with --yes\.\n$/);
  });
});
