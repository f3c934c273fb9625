/** The statuses of Streamable HTTP once more, as raw HTTP/2. */
import { once } from 'node:events';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, connect } from 'node:http2';
import { expect, onTestFinished, test } from 'vitest';
import { testArm } from './fixtures/arms.ts';
import { rpc } from './fixtures/raw-http.ts';
import { startBench } from './fixtures/session.ts';

const POST = { ':method': 'POST', 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const arms = {
  session: await testArm('streamable-http+h2'),
  stateless: await testArm('streamable-http@2026-07-28+h2'),
};

async function statusOf(address: string, headers: OutgoingHttpHeaders, body: string): Promise<unknown> {
  const session = connect(new URL(address).origin);
  onTestFinished(() => session.destroy());
  const stream = session.request({ ':path': '/mcp', ...headers });
  stream.on('error', () => undefined);
  if (body !== '') stream.end(body);
  const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  return head[':status'];
}

const initialize = rpc('initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'by hand', version: '0' },
});

test.each<[string, number, OutgoingHttpHeaders, string]>([
  ['initialize', 200, POST, initialize],
  ['no session', 400, POST, rpc('ping')],
  ['an unknown session', 404, { ...POST, 'mcp-session-id': 'nobody' }, rpc('ping')],
  ['one type accepted', 406, { ...POST, accept: 'application/json' }, initialize],
  ['another content type', 415, { ...POST, 'content-type': 'text/plain' }, initialize],
  ['another method', 405, { ':method': 'PUT' }, ''],
  ['another path', 404, { ...POST, ':path': '/' }, initialize],
  ['a foreign host', 403, { ...POST, ':authority': 'example.com' }, initialize],
  ['a foreign origin', 403, { ...POST, origin: 'http://example.com' }, initialize],
  ['bad JSON', 400, POST, '{'],
])('with sessions, %s: %i', async (_what, status, headers, body) => {
  const { endpoint } = await startBench(arms.session);
  expect(await statusOf(endpoint.address, headers, body)).toBe(status);
});

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const DISCOVER = { ...POST, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' };

test.each<[string, number, OutgoingHttpHeaders, string]>([
  ['server/discover', 200, DISCOVER, rpc('server/discover', { _meta: META })],
  ['no _meta', 400, DISCOVER, rpc('server/discover')],
  ['an unknown method', 404, { ...DISCOVER, 'mcp-method': 'no/such' }, rpc('no/such', { _meta: META })],
  ['another method in the header', 400, DISCOVER, rpc('tools/list', { _meta: META })],
  ['a GET', 405, { ':method': 'GET' }, ''],
])('without sessions, %s: %i', async (_what, status, headers, body) => {
  const { endpoint } = await startBench(arms.stateless);
  expect(await statusOf(endpoint.address, headers, body)).toBe(status);
});
