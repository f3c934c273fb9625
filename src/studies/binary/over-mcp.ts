/** An image as base64 in the answer of an MCP tool, over whichever transport. */
import { describeOutcome } from '../../mcp/outcome.ts';
import { NONCE_BYTES, nonceOf } from '../../mcp/payload.ts';
import type { Clock } from '../../measure/clock.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { Arm } from '../../scenario/plan.ts';
import { minus, seconds } from '../../units.ts';
import { openStudySession, startStudyEndpoint, type StudySession } from '../bench.ts';
import type { StepContext } from '../contract.ts';
import { base64Length } from './forms.ts';
import { DISCARDED, transferAll } from './transfers.ts';

const PROMPT_NS = seconds(5);
const CALL_NS = seconds(20);
const ENCODINGS = 21;

/** Rejects when the endpoint cannot be started or an answer is not the image that was asked for. */
export async function fetchOverMcp(
  imageBytes: number,
  { variant }: Arm,
  { clock, seed, readyTimeoutNs, endpointCpu, settings }: StepContext<'binary'>,
): Promise<StudyData['binary']> {
  const endpoint = await startStudyEndpoint({ variant, seed, readyTimeoutNs, endpointCpu });
  try {
    const session = await openStudySession({ ...endpoint, variant, clock, timeoutNs: CALL_NS });
    const fetchImage = imageCaller(session, imageBytes);
    await transferAll(DISCARDED, clock, fetchImage, imageBytes);
    await endpoint.ask('begin', { stall: undefined, startNs: clock.now() }, PROMPT_NS);
    const transferred = await transferAll(settings.transfers, clock, fetchImage, imageBytes);
    const { wire, process: used } = await endpoint.ask('read', undefined, PROMPT_NS);
    await session.close();
    return {
      imageBytes,
      transfers: settings.transfers,
      timesNs: [...transferred.timesNs],
      clientCpuUs: transferred.clientCpuUs,
      wireUpBytes: wire.upBytes,
      wireDownBytes: wire.downBytes,
      endpointCpuUs: used.cpuUserUs + used.cpuSystemUs,
      encodeNs: timeEncoding(imageBytes, clock),
    };
  } finally {
    await endpoint.end();
  }
}

/** The tool's filler is drawn from the 64 characters of base64url: the text of an image of random bytes. */
function imageCaller({ client }: StudySession, imageBytes: number): () => Promise<Uint8Array> {
  let sequence = 0;
  return async () => {
    const nonce = nonceOf(0, sequence);
    sequence += 1;
    const args = { text: nonce, size: NONCE_BYTES + base64Length(imageBytes) };
    const { outcome } = await client.request('tools/call', { name: 'produce', arguments: args });
    if (outcome.kind !== 'ok') throw new Error(`fetching an image: ${describeOutcome(outcome)}`);
    const [content] = outcome.result['content'] as readonly { readonly text: string }[];
    if (content?.text.startsWith(nonce) !== true) throw new Error('the answer carries another call’s nonce');
    return Buffer.from(content.text.slice(NONCE_BYTES), 'base64url');
  };
}

/** How long it takes to make the text of an image: the endpoint has its text ready, and never does. */
function timeEncoding(imageBytes: number, clock: Clock): number[] {
  const image = Buffer.alloc(imageBytes, 0xa5);
  return Array.from({ length: ENCODINGS }, () => {
    const startedNs = clock.now();
    const text = image.toString('base64');
    const tookNs = minus(clock.now(), startedNs);
    if (text.length < imageBytes) throw new Error('base64 came out shorter than what it encodes');
    return tookNs;
  });
}
