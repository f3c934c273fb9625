/** Prose: data that is not text. */
import { RAW_FRAMES } from '../scenario/studies/binary.ts';
import type { StudyData } from '../result/study-data.ts';
import { type Repeated, compareRepeated } from '../stats/by-repetition.ts';
import { estimate } from '../stats/estimate.ts';
import type { Comparison } from '../stats/summary.ts';
import { type MeasuredStep, type StudyEvidence, defineStudyClaim } from './define-study.ts';
import { size, time, times } from './quantity.ts';
import { type Part, type Truth, verdictOf, withNote } from './verdict.ts';

type Step = MeasuredStep<StudyData['binary']>;

/** What saves less than a fifth of the bytes is not worth another way of sending. */
const WORTH_IT = 0.8;
const MARGIN = 0.05;

/** What base64 costs, and where it is paid. */
export const binary = defineStudyClaim({
  kind: 'prose',
  id: 'binary',
  label: 'Binary data',
  claimed: 'WebSockets carry images, audio and files as they are; SSE carries UTF-8 text only.',
  rule:
    'For each size, WebSocket against SSE, inside of MCP (base64 in JSON) and outside of it (binary frames): true if an image takes at most 0.8 times the wire bytes. ' +
    'MCP messages must be UTF-8 JSON, so only the first is a WebSocket that speaks MCP.',
  study: 'binary',
  wouldAnswer: 'run binary: 64 KiB and 1 MiB as base64 in JSON and as binary frames',
  measure: ({ steps }) => ({
    sse: linesOf(steps, 'sse'),
    websocket: linesOf(steps, 'websocket'),
    others: { [`${RAW_FRAMES}, outside of MCP`]: linesOf(steps, RAW_FRAMES) },
  }),
  judge: (evidence) => {
    const parts = sizesOf(evidence.steps).flatMap((bytes) => [
      partOf(evidence, bytes, { form: 'websocket', where: 'inside of MCP' }),
      partOf(evidence, bytes, { form: RAW_FRAMES, where: 'outside of MCP' }),
    ]);
    const known = parts.filter((part) => part !== undefined);
    if (known.length === 0) return undefined;
    return withNote(verdictOf(known), 'MCP’s messages are UTF-8 JSON on every transport');
  },
});

const sizesOf = (steps: readonly Step[]): readonly number[] =>
  [...new Set(steps.map(({ data }) => data.imageBytes))].toSorted((a, b) => a - b);

const stepsOf = (steps: readonly Step[], form: string, bytes: number): readonly Step[] =>
  steps.filter(({ subject, data }) => subject['form'] === form && data.imageBytes === bytes);

const wirePerImage = ({ data }: Step): number => (data.wireUpBytes + data.wireDownBytes) / data.transfers;
const medianTime = ({ data }: Step): number => estimate(data.timesNs)?.value ?? Number.NaN;

const repeated = (steps: readonly Step[], valueOf: (step: Step) => number): readonly Repeated[] =>
  steps.map((step) => ({ repetition: step.repetition, value: valueOf(step) }));

interface Side {
  readonly form: string;
  readonly where: string;
}

function partOf({ steps }: StudyEvidence<'binary'>, bytes: number, { form, where }: Side): Part | undefined {
  const [of, against] = [stepsOf(steps, form, bytes), stepsOf(steps, 'sse', bytes)];
  const wire = compareRepeated({
    of: repeated(of, wirePerImage),
    against: repeated(against, wirePerImage),
    metric: 'wire-down-per-message',
    margin: MARGIN,
    exact: true,
  });
  if (wire === undefined) return undefined;
  const took = compareRepeated({
    of: repeated(of, medianTime),
    against: repeated(against, medianTime),
    metric: 'service-time.p50',
    margin: MARGIN,
  });
  const slower = took === undefined ? '' : `, ${times(took.ratio)} the time`;
  return {
    of: `${size(bytes)} ${where}`,
    holds: isWorthIt(wire),
    seen: `${times(wire.ratio)} the bytes of SSE${slower}`,
  };
}

/** Bytes are counted: their interval is as good as a point, and where it is not, both ends must agree. */
function isWorthIt({ low95, high95 }: Comparison): Truth {
  if (high95 <= WORTH_IT) return true;
  return low95 > WORTH_IT ? false : undefined;
}

function linesOf(steps: readonly Step[], form: string): readonly string[] {
  return sizesOf(steps).flatMap((bytes) => {
    const own = stepsOf(steps, form, bytes);
    const wire = estimate(own.map(wirePerImage));
    const took = estimate(own.map(medianTime));
    return wire === undefined || took === undefined
      ? []
      : [`${size(bytes)}: ${size(wire.value)} on the wire, ${time(took.value)}`];
  });
}
