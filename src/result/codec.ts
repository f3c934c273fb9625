/** Between a run record and the text of its file. */
import { describeValue, escapeUnprintable, quote } from '../scenario/wording.ts';
import { firstContradiction, shapeFlaw } from './flaws.ts';
import { jsonFault } from './json-fault.ts';
import { RECORD_SCHEMA, type RunRecord, SCHEMA_VERSION } from './record.ts';
import { RecordError, flawText } from './record-error.ts';
import { type RecordOnFile, recordSchema } from './record-schema.ts';
import { restoreRecord } from './restore.ts';

const OUR_FILE = 'a record that mcp-transport-bench run has written';

/**
 * The record as JSON, the same record always as the same text. Throws a RangeError for a number that JSON cannot hold:
 * it would come back as `null`, and the file could not be read.
 */
export const serialiseRecord = (record: RunRecord): string => `${JSON.stringify(record, refuseLoss, 1)}\n`;

function refuseLoss(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError(`${key} is ${value}, which a record cannot hold`);
  return value;
}

/** The reverse of `serialiseRecord`; `path` is for messages only. Keys that this release does not know are kept. Throws a {@link RecordError}. */
export function parseRecord(text: string, path: string): RunRecord {
  const value = parseJson(text, path);
  checkKind(value, path);
  const { success, error } = recordSchema.safeParse(value);
  const [issue] = success ? [] : error.issues;
  if (issue !== undefined) throw new RecordError(path, flawText(shapeFlaw(issue, value)));
  const record = restoreRecord(value as RecordOnFile);
  const flaw = firstContradiction(record);
  if (flaw !== undefined) throw new RecordError(path, flawText(flaw));
  return record;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RecordError(path, syntaxProblem(text));
  }
}

function syntaxProblem(text: string): string {
  const content = text.trimEnd();
  if (content === '') return `got an empty file, expected ${OUR_FILE}; name another file or measure again`;
  const offset = jsonFault(content);
  const place = positionText(content, offset);
  if (offset === content.length) return `is cut short at ${place}; use a whole copy or measure again`;
  const [found = ''] = content.slice(offset, offset + LONGEST_EXCERPT).split('\n', 1);
  return `is not JSON: got ${quote(found)} at ${place}, expected ${OUR_FILE}; name another file or measure again`;
}

const LONGEST_EXCERPT = 20;

/** `line 3, column 7`, both from 1. */
function positionText(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}

/** Whether it is a record at all, and one of this version; only then is a wrong value in it worth a word. */
function checkKind(value: unknown, path: string): void {
  const { schema, schemaVersion, tool } = topLevel(value);
  if (schema !== RECORD_SCHEMA) {
    const got = isMapping(value) ? `"schema": ${describeValue(schema)}` : describeValue(value);
    throw new RecordError(
      path,
      `is not a run record: got ${got}, expected "schema": "${RECORD_SCHEMA}"; name ${OUR_FILE}`,
    );
  }
  if (schemaVersion === SCHEMA_VERSION) return;
  const got = `schemaVersion: got ${describeValue(schemaVersion)}, expected ${SCHEMA_VERSION}`;
  throw new RecordError(path, `${got}; ${whatToDoAbout(schemaVersion, topLevel(tool)['version'])}`);
}

function whatToDoAbout(schemaVersion: unknown, toolVersion: unknown): string {
  if (!Number.isInteger(schemaVersion)) return 'use an undamaged copy or measure again';
  const writer =
    typeof toolVersion === 'string'
      ? `mcp-transport-bench ${escapeUnprintable(toolVersion.slice(0, 20))}, which wrote it`
      : 'the mcp-transport-bench that wrote it';
  return `read it with ${writer}, or measure again with this one`;
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const topLevel = (value: unknown): Record<string, unknown> => (isMapping(value) ? value : {});
