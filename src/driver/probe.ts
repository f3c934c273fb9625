/** An ordinary session, looked at closely: what the rows about connections and complexity, and the check for matched arms, are made of. */
import { createHash } from 'node:crypto';
import type { Handlers } from '../child/serve.ts';
import { processFacts } from '../endpoint/host.ts';
import { Recorder } from '../measure/recorder.ts';
import { topicUri } from '../mcp/events.ts';
import { nonceOf } from '../mcp/payload.ts';
import type { Exchange } from '../mcp/outcome.ts';
import type { JsonObject } from '../mcp/jsonrpc.ts';
import { bytes, milliseconds, minus } from '../units.ts';
import { monotonicClock, until } from '../measure/clock.ts';
import type { DriverCommands, ProbeCalls, ProbeConnect } from './commands.ts';
import { type Connected, type ConnectorOptions, closeClients, connectClient } from './connect.ts';

const PROBE_TIMEOUT_NS = milliseconds(5_000);
const BETWEEN_CALLS_NS = milliseconds(4);
const PROBE_RUN = 0;

export function probeHandlers(
  started: () => ConnectorOptions,
): Pick<Handlers<DriverCommands>, 'probeConnect' | 'probeCalls' | 'probeRelease'> {
  let probe: Connected | undefined;
  return {
    probeConnect: async () => {
      const { reply, connected } = await firstResult(started());
      probe = connected;
      return reply;
    },
    probeCalls: async ({ calls }) => {
      if (probe === undefined) throw new Error('the probe is not connected');
      return await callWhileListening(probe, calls);
    },
    probeRelease: async () => {
      if (probe !== undefined) await closeClients([probe]);
      probe = undefined;
      return undefined;
    },
  };
}

async function firstResult(options: ConnectorOptions): Promise<{ reply: ProbeConnect; connected: Connected }> {
  const beganNs = options.clock.now();
  const connected = await connectClient(options, 0, PROBE_TIMEOUT_NS, true);
  const { client, channel } = connected;
  const before = { ...client.mcp.counts };
  const call = await echo(connected, 0);
  const { upBytes, downBytes } = channel.wire();
  const payload = {
    payloadUpBytes: weighed(client.mcp.counts.payloadUp) - weighed(before.payloadUp),
    payloadDownBytes: weighed(client.mcp.counts.payloadDown) - weighed(before.payloadDown),
  };
  const reply: ProbeConnect = {
    handshake: channel.handshake(),
    timeToFirstResultNs: minus(call.completedNs, beganNs),
    bytesToFirstResult: bytes(upBytes + downBytes),
    ...payload,
    surfaceHash: await surfaceHash(connected),
    process: processFacts(),
  };
  return { reply, connected };
}

/** Of what a server says of itself in either era, by `initialize` or by `server/discover`: revisions and envelopes left out. */
async function surfaceHash({ client, initialized }: Connected): Promise<string> {
  const { outcome } = await client.mcp.request('tools/list', undefined);
  if (outcome.kind !== 'ok') throw new Error('the probe’s tools/list failed');
  const { capabilities } = initialized;
  const serverInfo = initialized['serverInfo'] ?? metaOf(initialized)?.['io.modelcontextprotocol/serverInfo'];
  return createHash('sha256')
    .update(JSON.stringify([serverInfo, capabilities, outcome.result['tools']]))
    .digest('hex')
    .slice(0, 16);
}

/** [spec] 2026-07-28, discover: the server's name and version stand in the result's `_meta`. */
const metaOf = (result: JsonObject): JsonObject | undefined => result['_meta'] as JsonObject | undefined;

/** The probe's client was asked to count them. */
function weighed(payload: number | undefined): number {
  if (payload === undefined) throw new Error('the probe’s client does not count JSON-RPC bytes');
  return payload;
}

async function echo({ client }: Connected, sequence: number): Promise<Exchange> {
  const exchange = await client.mcp.request('tools/call', {
    name: 'echo',
    arguments: { text: `${nonceOf(0, sequence)}probe` },
  });
  if (exchange.outcome.kind !== 'ok') throw new Error('the probe’s call failed');
  return exchange;
}

/** Calls go up while the endpoint's events come down. */
async function callWhileListening(connected: Connected, calls: number): Promise<ProbeCalls> {
  const { client, channel } = connected;
  const clock = monotonicClock();
  const recorder = new Recorder({ startNs: clock.now(), durationNs: undefined, run: PROBE_RUN });
  client.recordTo(recorder);
  await client.mcp.subscribe([topicUri('probe')]);
  const before = channel.handshake().httpRequests;
  for (let sequence = 1; sequence <= calls; sequence += 1) {
    await echo(connected, sequence);
    await until(clock, (clock.now() + BETWEEN_CALLS_NS) as ReturnType<typeof clock.now>);
  }
  const handshake = channel.handshake();
  return {
    sockets: channel.sockets(),
    httpRequestsPerCall: (handshake.httpRequests - before) / calls,
    handshake,
    events: recorder.deliveredEvents,
  };
}
