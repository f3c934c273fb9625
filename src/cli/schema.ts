/** `schema`: the JSON Schemas, from the definitions that the parsers use. */
import { quote } from '../scenario/wording.ts';
import { UsageError } from './exit-code.ts';

export async function schemaCommand(what: string): Promise<void> {
  process.stdout.write(`${JSON.stringify(await schemaOf(what), undefined, 2)}\n`);
}

async function schemaOf(what: string): Promise<unknown> {
  if (what === 'scenario') return (await import('../scenario/study-schema.ts')).scenarioJsonSchema();
  if (what === 'record') return (await import('../result/record-schema.ts')).recordJsonSchema();
  if (what === 'summary') return (await import('../report/run-summary-schema.ts')).runSummaryJsonSchema();
  if (what === 'comparison') return (await import('../report/comparisons/json-schema.ts')).comparisonJsonSchema();
  if (what === 'doctor') return (await import('../doctor/doctor-json-schema.ts')).doctorJsonSchema();
  throw new UsageError(`schema: got ${quote(what)}, expected scenario, record, summary, comparison or doctor`);
}
