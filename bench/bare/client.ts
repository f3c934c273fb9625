/**
 * The least client: sends a text of so many bytes, waits for what comes back, sends the next. The same libraries as the
 * tool's drivers, none of the tool: no ids, no checks, no histograms. With `json` each message is written and read as
 * JSON, as any MCP client must. `client.js <arm> <json|bytes> <port> <bytes up> <bytes down> <clients> <warm-up ms>
 * <window ms> <server core>`; tells median round trip and rate over IPC.
 */
import { connect } from './connect.js';
import { type Mode, messages } from './message.js';
import { pinProcess } from '#dist/child/pin.js';

const [arm = '', mode = 'json', port, up, down, clients, warmupMs, windowMs, core] = process.argv.slice(2);
const texts = messages(mode as Mode, Number(up));
const now = (): number => Number(process.hrtime.bigint());

/** Room for every round trip of a window; what exceeds it is counted and not kept. */
const samples = new Float64Array(5_000_000);
let count = 0;

/** One client, connected and ready to begin. Resolves with what begins its loop and ends with the window. */
async function player(): Promise<(beginNs: number, endNs: number) => Promise<void>> {
  let onAnswer: (text: string) => void = () => undefined;
  const send = await connect({
    arm,
    port: Number(port),
    onAnswer: (text) => onAnswer(text),
    serverArgs: [arm, mode, String(down)],
    onSpawn: (pid) => {
      if (core !== undefined && core !== '') pinProcess(pid, Number(core));
    },
  });
  // A server that was only just started answers late: nobody begins before everybody has had an answer.
  await new Promise<void>((resolve) => {
    onAnswer = () => resolve();
    send(texts.next());
  });
  return (beginNs, endNs) =>
    new Promise((resolve) => {
      let sentNs = 0;
      const again = (): void => {
        sentNs = now();
        send(texts.next());
      };
      onAnswer = (text) => {
        texts.read(text);
        const at = now();
        if (sentNs >= beginNs && at <= endNs) {
          samples[count % samples.length] = at - sentNs;
          count += 1;
        }
        if (at < endNs) again();
        else resolve();
      };
      again();
    });
}

const players = await Promise.all(Array.from({ length: Number(clients) }, player));
const beginNs = now() + Number(warmupMs) * 1e6;
const endNs = beginNs + Number(windowMs) * 1e6;
await Promise.all(players.map((play) => play(beginNs, endNs)));
const kept = samples.subarray(0, Math.min(count, samples.length)).toSorted();
process.send?.({ p50Ns: kept[Math.floor(kept.length / 2)] ?? 0, perSec: (count * 1e3) / Number(windowMs) }, () =>
  process.exit(0),
);
