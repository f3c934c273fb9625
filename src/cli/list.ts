/** `list`: what there is. */
import { claimHeads } from '../claims/all.ts';
import { formatNames, loadFormat } from '../report/discover.ts';
import { METRIC_NAMES, METRIC_UNITS, type MetricName, type MetricUnit } from '../scenario/metric.ts';
import { listShipped } from '../scenario/load-scenario.ts';
import { didYouMean } from '../scenario/nearest.ts';
import { METRICS } from '../stats/metrics.ts';
import { SUITES } from '../scenario/suite.ts';
import { quote } from '../scenario/wording.ts';
import { loadTransport, transportNames } from '../transports/discover.ts';
import { variantText } from './list-variants.ts';
import { UsageError } from './exit-code.ts';

interface Row {
  readonly name: string;
  readonly what: string;
}

const LISTS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  scenarios: () =>
    Promise.resolve([
      ...Object.entries(SUITES).map(([name, { title }]) => ({ name, what: `suite: ${title}` })),
      ...listShipped().map(({ name, title }) => ({ name, what: title })),
    ]),
  transports: () =>
    Promise.all(transportNames().map(async (name) => ({ name, what: (await loadTransport(name)).summary }))),
  claims: () => Promise.resolve(claimHeads().map(({ id, label }) => ({ name: id, what: label }))),
  metrics: () => Promise.resolve(METRIC_NAMES.map((name) => ({ name, what: metricText(name) }))),
  formats: () => Promise.all(formatNames().map(async (name) => ({ name, what: (await loadFormat(name)).summary }))),
};

const UNITS: Readonly<Record<MetricUnit, string>> = {
  ns: 'time, such as 5ms',
  'per-second': 'rate, such as 2000/s',
  bytes: 'size, such as 400B',
  us: 'processor time, such as 80us',
  share: 'share, such as 99%',
  count: 'number, such as 2',
};

const metricText = (name: MetricName): string =>
  `${UNITS[METRIC_UNITS[name]]}; ${METRICS[name].higherIsBetter ? 'more' : 'less'} is better`;

export async function listCommand(what: string | undefined): Promise<void> {
  const names = Object.keys(LISTS);
  if (what !== undefined && !names.includes(what)) {
    throw new UsageError(`list: got ${quote(what)}, expected one of ${names.join(', ')}${didYouMean(what, names)}`);
  }
  for (const name of what === undefined ? names : [what]) {
    const rows = (await LISTS[name]?.()) ?? [];
    const width = Math.max(...rows.map((row) => row.name.length));
    if (what === undefined) process.stdout.write(`${name}\n`);
    for (const row of rows)
      process.stdout.write(`${what === undefined ? '  ' : ''}${row.name.padEnd(width)}  ${row.what}\n`);
    if (what === 'transports') process.stdout.write(`\n${await variantText()}`);
  }
}
