/** The study `binary` in a report: one table per size, one row per form. */
import { RAW_FRAMES } from '../../scenario/studies/binary.ts';
import { cpu, plain, size, time, timeWithInterval } from '../../claims/quantity.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { PlannedStudy } from '../../scenario/study.ts';
import { estimate } from '../../stats/estimate.ts';
import type { StudyRendering, StudyTable } from './rendering.ts';

type Data = StudyData['binary'];
type Measured = { readonly form: string; readonly data: Data };

const HEADS = ['', 'time [interval]', 'wire B/image', '÷ image', 'CPU endpoint', 'CPU client'];

export const render: StudyRendering<'binary'> = (steps, planned) => {
  const measured = steps.flatMap(({ subject, outcome }): readonly Measured[] =>
    outcome.status === 'measured' ? [{ form: subject['form'] ?? '', data: outcome.data }] : [],
  );
  const sizes = [...new Set(measured.map(({ data }) => data.imageBytes))].toSorted((a, b) => a - b);
  return {
    lines: [
      'Median over repetitions of the median time from the request to the image as bytes; everything per image.',
      'The text of an image is random, as of one that is compressed already; the endpoint has it ready.',
    ],
    tables: sizes.map((bytes) =>
      tableOf(
        bytes,
        measured.filter(({ data }) => data.imageBytes === bytes),
        planned,
      ),
    ),
    notes: [
      ...encodingNotes(measured),
      'Binary frames are outside of MCP, whose messages are UTF-8 JSON: no server of the protocol accepts one.',
    ],
  };
};

function tableOf(bytes: number, measured: readonly Measured[], { arms }: PlannedStudy): StudyTable {
  const forms = [
    ...arms.map(({ id, title }) => ({ form: id, title })),
    { form: RAW_FRAMES, title: 'binary frames, not MCP' },
  ];
  return {
    caption: `Images of ${size(bytes)}`,
    heads: HEADS,
    rows: forms.flatMap(({ form, title }) =>
      rowOf(
        title,
        measured.filter((one) => one.form === form),
      ),
    ),
  };
}

function rowOf(title: string, measured: readonly Measured[]): readonly (readonly string[])[] {
  const of = (valueOf: (data: Data) => number) => estimate(measured.map(({ data }) => valueOf(data)));
  const took = of(({ timesNs }) => estimate(timesNs)?.value ?? Number.NaN);
  const wire = of((data) => (data.wireUpBytes + data.wireDownBytes) / data.transfers);
  const share = of((data) => (data.wireUpBytes + data.wireDownBytes) / data.transfers / data.imageBytes);
  const endpoint = of((data) => data.endpointCpuUs / data.transfers);
  const client = of((data) => data.clientCpuUs / data.transfers);
  if (took === undefined || wire === undefined || share === undefined) return [];
  if (endpoint === undefined || client === undefined) return [];
  return [
    [title, timeWithInterval(took), size(wire.value), `${plain(share.value)}×`, cpu(endpoint.value), cpu(client.value)],
  ];
}

/** What the endpoints did not do, and a server whose images are not ready would. */
function encodingNotes(measured: readonly Measured[]): readonly string[] {
  const sizes = [...new Set(measured.map(({ data }) => data.imageBytes))].toSorted((a, b) => a - b);
  return sizes.flatMap((bytes) => {
    const all = measured.flatMap(({ data }) => (data.imageBytes === bytes ? data.encodeNs : []));
    const took = estimate(all);
    return took === undefined
      ? []
      : [`Making the base64 of ${size(bytes)} takes ${time(took.value)} besides (measured apart).`];
  });
}
