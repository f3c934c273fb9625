/** An image as one binary WebSocket frame: no MCP message, which must be UTF-8 text, but what the claim has in mind. */
import { WebSocket } from 'ws';
import { startChild } from '../../child/child.ts';
import type { StudyData } from '../../result/study-data.ts';
import { seconds, toMilliseconds } from '../../units.ts';
import type { StepContext } from '../contract.ts';
import type { RawPeerCommands } from './peer.ts';
import { DISCARDED, transferAll } from './transfers.ts';

const PROMPT_NS = seconds(5);
const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** As long as a tool call's question is, so that both ways of asking cost alike. */
const QUESTION = 'x'.repeat(128);

/** Rejects when the server cannot be started or an image does not come. */
export async function fetchRaw(
  imageBytes: number,
  { clock, readyTimeoutNs, settings }: StepContext<'binary'>,
): Promise<StudyData['binary']> {
  const peer = startChild<RawPeerCommands>({ name: 'server of raw frames', program: 'binary-peer.js' });
  try {
    const { address } = await peer.ask('start', { imageBytes }, readyTimeoutNs);
    const socket = await open(address);
    const fetchImage = (): Promise<Uint8Array> => ask(socket);
    await transferAll(DISCARDED, clock, fetchImage, imageBytes);
    await peer.ask('begin', undefined, PROMPT_NS);
    const { timesNs, clientCpuUs } = await transferAll(settings.transfers, clock, fetchImage, imageBytes);
    const { wire, process: used } = await peer.ask('read', undefined, PROMPT_NS);
    socket.close();
    return {
      imageBytes,
      transfers: settings.transfers,
      timesNs: [...timesNs],
      clientCpuUs,
      wireUpBytes: wire.upBytes,
      wireDownBytes: wire.downBytes,
      endpointCpuUs: used.cpuUserUs + used.cpuSystemUs,
      encodeNs: [],
    };
  } finally {
    await peer.end();
  }
}

function open(address: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, {
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: toMilliseconds(PROMPT_NS),
    });
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

function ask(socket: WebSocket): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void): void => {
      socket.removeAllListeners();
      how();
    };
    socket.on('message', (data, isBinary) =>
      settle(() => (isBinary ? resolve(data as Buffer) : reject(new Error('a text came, no image')))),
    );
    socket.on('close', () => settle(() => reject(new Error('the connection was closed before the image came'))));
    socket.on('error', (error) => settle(() => reject(error)));
    socket.send(QUESTION);
  });
}
