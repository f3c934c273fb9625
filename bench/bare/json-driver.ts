/**
 * The bench's own client of Streamable HTTP, as fast as it goes against a mirror: `json-driver.js <stock|lean> <port>
 * <connections> <ms>`. Tells calls per second and its own processor time per call over IPC.
 */
import { LeanClient } from '#dist/mcp/lean-client.js';
import { McpClient } from '#dist/mcp/client.js';
import type { Exchange } from '#dist/mcp/outcome.js';
import { monotonicClock } from '#dist/measure/clock.js';
import { nonceOf } from '#dist/mcp/payload.js';
import { defaultVariant } from '#dist/scenario/variant.js';
import { loadTransport } from '#dist/transports/discover.js';
import { bytes, seconds } from '#dist/units.js';

const [stack = 'lean', port = '', connections = '100', ms = '2000'] = process.argv.slice(2);
const WARMUP_MS = 1_000;
const FILLER = 'x'.repeat(116);
const clock = monotonicClock();
const variant = { ...defaultVariant('streamable-http', 'json'), client: stack === 'lean' ? 'lean' : 'stock' } as const;
const call = {
  tool: 'echo',
  argumentsWith: (nonce: string) => ({ text: nonce + FILLER }),
  answerWith: (nonce: string) => nonce + FILLER,
};
const transport = await loadTransport(variant.transport);
const templates = new Map();
let done = 0;
let over = false;

async function join(index: number): Promise<() => void> {
  const own = { clock, timeoutNs: seconds(5) };
  const client = variant.client === 'lean' ? new LeanClient({ ...own, templates }) : new McpClient(own);
  const channel = await transport.connect(`http://127.0.0.1:${port}/mcp`, {
    variant,
    headers: {},
    maxMessageBytes: bytes(4_194_304),
    timeoutMs: 5_000,
    events: client,
  });
  client.attach(channel);
  await client.open(variant.protocol);
  let sequence = 0;
  const next = (exchange?: Exchange): void => {
    if (exchange !== undefined && exchange.outcome.kind !== 'ok') throw new Error(JSON.stringify(exchange.outcome));
    done += 1;
    if (over) return;
    const nonce = nonceOf(index, sequence);
    sequence += 1;
    if (client instanceof LeanClient) client.startCall(call, nonce, next);
    else client.start('tools/call', { name: 'echo', arguments: { text: nonce + FILLER } }, next);
  };
  return next;
}

const starts = await Promise.all(Array.from({ length: Number(connections) }, (_, index) => join(index)));
for (const start of starts) start();
await new Promise((resolve) => setTimeout(resolve, WARMUP_MS));
const [before, cpu, beganNs] = [done, process.cpuUsage(), clock.now()];
await new Promise((resolve) => setTimeout(resolve, Number(ms)));
const { user, system } = process.cpuUsage(cpu);
const calls = done - before;
process.send?.({ perSec: (calls * 1e9) / (clock.now() - beganNs), cpuUs: (user + system) / calls });
over = true;
setTimeout(() => process.exit(), 200);
