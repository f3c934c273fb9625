/** For whatever shows test results: the gate's findings as test cases, in the XML of JUnit's Ant task as CI servers read it. */
import type { RunRecord } from '../../result/record.ts';
import { toSeconds } from '../../units.ts';
import type { Report, ReportFormat } from '../format.ts';
import { groupBy } from '../group-by.ts';
import { type CaseOutcome, type TestCase, testCases } from '../test-cases.ts';
import { element } from '../xml.ts';

export const format: ReportFormat = {
  name: 'junit',
  fileExtension: '.xml',
  summary: "for CI servers: the gate's findings, or what was measured, as test cases",
  render: (report) => `<?xml version="1.0" encoding="UTF-8"?>\n${suitesOf(report).join('\n')}\n`,
};

type Lines = readonly string[];

function suitesOf(report: Report): Lines {
  const { record } = report.summary;
  const cases = testCases(report);
  const { tests, failures, errors, time } = countsOf(cases);
  // The schema that Jenkins publishes knows no `skipped` here, only at the suites.
  const counts = { name: record.tool.name, tests, failures, errors, time };
  return element('testsuites', counts, [...groupBy(cases, ({ suite }) => suite)].flatMap(suiteOf(record)));
}

const suiteOf =
  (record: RunRecord) =>
  ([name, cases]: readonly [string, readonly TestCase[]]): Lines =>
    element('testsuite', { name, ...countsOf(cases), timestamp: timestampOf(record) }, [
      ...element('properties', {}, [
        ...property('version', record.tool.version),
        ...property('seed', String(record.plan.seed)),
        ...property('node', record.environment.node),
      ]),
      ...cases.flatMap(caseOf),
    ]);

const property = (name: string, value: string): Lines => element('property', { name, value });

/** The schema of Ant's task wants seconds and no zone; it is UTC. */
const timestampOf = ({ startedAt }: RunRecord): string => startedAt.slice(0, 'YYYY-MM-DDThh:mm:ss'.length);

function countsOf(cases: readonly TestCase[]) {
  const of = (kind: CaseOutcome['kind']): number => cases.filter(({ outcome }) => outcome.kind === kind).length;
  return {
    tests: cases.length,
    failures: of('failure'),
    errors: of('error'),
    skipped: of('skipped'),
    time: cases.reduce((sum, one) => sum + toSeconds(one.elapsedNs), 0).toFixed(3),
  };
}

function caseOf({ suite, name, elapsedNs, outcome, output }: TestCase): Lines {
  const attributes = { classname: suite.replace(' · ', '.'), name, time: toSeconds(elapsedNs).toFixed(3) };
  return element('testcase', attributes, [
    ...outcomeOf(outcome),
    ...(output.length === 0 ? [] : element('system-out', {}, output.join('\n'))),
  ]);
}

function outcomeOf(outcome: CaseOutcome): Lines {
  if (outcome.kind === 'ok') return [];
  const { kind, message, details } = outcome;
  // Of what was skipped, the schema has a message and no more.
  if (kind === 'skipped') return element(kind, { message: [message, ...details].join('; ') });
  return element(kind, { message, type: kind }, details.join('\n'));
}
