import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as golden from '../../../test/golden/reports.ts';
import type { RunRecord } from '../../result/record.ts';
import { summarise } from '../../stats/summarise.ts';
import { reportOf } from '../report-of.ts';
import { format } from './prometheus.ts';

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=[^}])|$)/y;
const VALUE = String.raw`NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
const LINE = new RegExp(String.raw`^(${NAME})(?:\{(.*)\})? (${VALUE})$`);
const HELP = new RegExp(String.raw`^# HELP (${NAME}) ((?:[^\\]|\\[\\n])*)$`);
const TYPE = new RegExp(String.raw`^# TYPE (${NAME}) (?:counter|gauge|histogram|summary|untyped)$`);

/**
 * Reads version 0.0.4 as strictly as its description: lines end in a line feed, one HELP and one TYPE before a name's
 * samples, the samples of a name together, no series twice.
 */
function readExposition(text: string): readonly Series[] {
  expect(text.endsWith('\n')).toBe(true);
  const found: Series[] = [];
  const seen = new Set<string>();
  const described = new Set<string>();
  let current = '';
  let typed = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, help] = HELP.exec(line) ?? [];
    const [, type] = TYPE.exec(line) ?? [];
    if (help !== undefined) {
      expect(described, line).not.toContain(help);
      described.add(help);
      current = help;
    } else if (type !== undefined) {
      expect(type).toBe(current);
      typed = type;
    } else {
      const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? [];
      expect([name, name], line).toEqual([current, typed]);
      expect(seen, line).not.toContain(`${name}{${labels}}`);
      seen.add(`${name}{${labels}}`);
      found.push({ name, labels: readLabels(labels), value: Number(value.replace('Inf', 'Infinity')) });
    }
  }
  return found;
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let at = 0;
  while (at < text.length) {
    LABEL.lastIndex = at;
    const [whole, name, value] = LABEL.exec(text) ?? [];
    if (whole === undefined || name === undefined || value === undefined)
      throw new Error(`no label at ${text.slice(at)}`);
    if (name in labels) throw new Error(`${name} twice`);
    labels[name] = value.replaceAll(/\\(.)/g, (_pair, letter: string) => (letter === 'n' ? '\n' : letter));
    at += whole.length;
  }
  return labels;
}

const read = (record: RunRecord): readonly Series[] => readExposition(format.render(reportOf(record)));
const valueOf = (
  series: readonly Series[],
  name: string,
  labels: Readonly<Record<string, string>>,
): number | undefined => {
  const found = series.filter(
    (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
  );
  expect(found.length, `${name} ${JSON.stringify(labels)}`).toBeLessThan(2);
  return found[0]?.value;
};

describe('Prometheus', () => {
  it.each([
    ['judged', golden.gateRecord('fail')],
    ['two builds', golden.buildsRecord()],
    ['everything', golden.richRecord()],
    ['cut off', golden.partialRecord()],
    ['nothing valid', golden.nothingValidRecord()],
  ])('keeps to the grammar with %s', (_what, record) => {
    expect(read(record).length).toBeGreaterThan(1);
  });

  it('has estimates in base units, with both ends of the interval', () => {
    const record = golden.richRecord();
    const series = read(record);
    const cell = summarise(record).cells.find(({ cell: { id } }) => id === 'tool-calls');
    const metrics = cell?.arms.find(({ armId }) => armId === 'sse')?.metrics;
    const p99 = metrics?.['response-time.p99'];
    const about = { cell: 'tool-calls', arm: 'sse', statistic: 'p99' };
    const name = (end: string) => `mcp_transport_bench_response_time${end}_seconds`;
    expect(valueOf(series, name(''), about)).toBeCloseTo((p99?.value ?? 0) / 1e9, 12);
    expect(valueOf(series, name('_low'), about)).toBeCloseTo((p99?.low ?? 0) / 1e9, 12);
    expect(valueOf(series, name('_high'), about)).toBeCloseTo((p99?.high ?? 0) / 1e9, 12);
    const cpu = valueOf(series, 'mcp_transport_bench_endpoint_cpu_per_message_seconds', {
      cell: 'tool-calls',
      arm: 'sse',
    });
    expect(cpu).toBeCloseTo((metrics?.['endpoint-cpu-per-message']?.value ?? 0) / 1e6, 12);
  });

  it('has the verdict as one gauge per word, of the whole and of every finding', () => {
    const series = read(golden.gateRecord('fail'));
    for (const [verdict, value] of Object.entries({ pass: 0, fail: 1, inconclusive: 0 }))
      expect(valueOf(series, 'mcp_transport_bench_gate', { verdict })).toBe(value);
    const asked = { name: 'endpoint-cpu-per-message<80us', arm: 'websocket' };
    expect(valueOf(series, 'mcp_transport_bench_gate_finding', { ...asked, verdict: 'fail' })).toBe(1);
    expect(valueOf(series, 'mcp_transport_bench_gate_finding', { ...asked, verdict: 'pass' })).toBe(0);
    expect(valueOf(series, 'mcp_transport_bench_gate_finding_value_seconds', asked)).toBeCloseTo(85.1e-6, 12);
    expect(valueOf(series, 'mcp_transport_bench_gate_finding_limit_seconds', asked)).toBeCloseTo(80e-6, 12);
    expect(read(golden.richRecord()).filter(({ name }) => name.includes('gate'))).toEqual([]);
  });

  it('says once which run it is of', () => {
    const infos = read(golden.buildsRecord()).filter(({ name }) => name === 'mcp_transport_bench_run_info');
    expect(infos).toHaveLength(1);
    expect(infos[0]).toMatchObject({ value: 1, labels: { version: '0.1.0', seed: '11', status: 'complete' } });
  });

  it('keeps any text within its quotes, and gives it back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const quoted = `${text}"\\`;
        const series = read(golden.strangeGateRecord(quoted));
        const names = series
          .filter(({ name }) => name === 'mcp_transport_bench_gate_finding')
          .map(({ labels }) => labels['name']);
        expect(new Set(names)).toEqual(new Set([quoted]));
      }),
      { numRuns: 20, examples: [['a\\b'], ['}'], ['n\\n']] },
    );
    expect(read(golden.strangeGateRecord('\n\r\u001b"')).length).toBeGreaterThan(1);
  });
});
