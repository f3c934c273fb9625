/**
 * Is a change caught, and nothing else? Two copies of the built tool stand for base and head: in one run they are the
 * same, in the other head's endpoint works for 25 µs more on every message. The first must not fail; the second must, on
 * the processor time of the endpoint. Ends with 1 otherwise. `npm run bench:regression [-- <arm> [<seed>]]`, about ten minutes.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { conclude, line } from './support/lines.js';
import { parseRecord } from '#dist/result/codec.js';
import type { RunRecord } from '#dist/result/record.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = join(ROOT, 'bin/mcp-transport-bench.js');
const [ARM = 'websocket', SEED = '7'] = process.argv.slice(2);
const EXTRA_US = 25;
/** Two runs are bounded by their looks; this only keeps a machine that is far too slow from taking all day. */
const LIMIT_MS = 30 * 60_000;
const METRIC = 'endpoint-cpu-per-message';

/** Where every message that an endpoint receives goes through, in the built program. */
const MESSAGE_HANDLING = { file: 'dist/mcp/session.js', line: '    receive(text) {\n' } as const;
const BUSY = `        for (const from = process.hrtime.bigint(); process.hrtime.bigint() - from < ${EXTRA_US * 1_000}n; );\n`;

/** A copy of the built tool that shares its packages. */
function copyTo(folder: string): string {
  mkdirSync(folder);
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function slowDown(folder: string): string {
  const path = join(folder, MESSAGE_HANDLING.file);
  const [before, after, ...more] = readFileSync(path, 'utf8').split(MESSAGE_HANDLING.line);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${MESSAGE_HANDLING.file} does not receive messages in the place that is known here`);
  writeFileSync(path, `${before}${MESSAGE_HANDLING.line}${BUSY}${after}`);
  return folder;
}

interface Judged {
  readonly code: number | null;
  readonly record: RunRecord;
}

/** Base against head, as anybody would run it. */
async function judged(base: string, head: string, output: string): Promise<Judged> {
  const sides = ['--arm', `base=${base}`, '--arm', `head=${head}`];
  const words = ['run', 'tool-calls', ...sides, '-t', ARM, '--seed', SEED, '-o', output];
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: LIMIT_MS,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, record: parseRecord(readFileSync(output, 'utf8'), output) };
}

/** The verdict that the record holds, one line for each thing that was judged. */
function verdictOf({ record, code }: Judged): string {
  const gate = record.findings?.gate;
  if (gate === undefined || gate === null) return `no verdict, exit code ${code ?? '?'}`;
  const lines = gate.findings.map(({ metric, word, because }) => `  ${word.padEnd(12)} ${metric}: ${because}`);
  return [`${gate.word}, exit code ${code ?? '?'}`, ...lines, ...gate.notes.map((note) => `  ${note}`)].join('\n');
}

const wordFor = ({ record }: Judged): string =>
  record.findings?.gate?.findings.find(({ metric }) => metric === METRIC)?.word ?? 'no verdict';

const folder = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
try {
  const [base, same, slow] = ['base', 'same', 'slow'].map((name) => copyTo(join(folder, name)));
  if (base === undefined || same === undefined || slow === undefined) throw new Error('three copies were to be made');
  const unchanged = await judged(base, same, join(folder, 'same.json'));
  const slower = await judged(base, slowDown(slow), join(folder, 'slow.json'));
  console.log(`\nThe same code twice: ${verdictOf(unchanged)}`);
  console.log(`\n${EXTRA_US} µs more for every message: ${verdictOf(slower)}\n`);
  const unchangedWord = unchanged.record.findings?.gate?.word ?? 'no verdict';
  line('the same code twice', 'pass or inconclusive', unchangedWord, ['pass', 'inconclusive'].includes(unchangedWord));
  line(
    `${METRIC}, ${EXTRA_US} µs more`,
    'fail, exit code 1',
    `${wordFor(slower)}, ${slower.code ?? '?'}`,
    wordFor(slower) === 'fail' && slower.code === 1,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = conclude() ? 0 : 1;
