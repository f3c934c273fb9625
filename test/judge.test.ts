/**
 * The official conformance judge against the Streamable HTTP endpoints of both generations. Every check of every server
 * scenario that the revision requires passes, but those that are listed here with the reason. The judge needs Node 22.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { monotonicClock } from '../src/measure/clock.ts';
import { eraOf } from '../src/mcp/revisions.ts';
import { BenchServer } from '../src/mcp/server.ts';
import { bytes } from '../src/units.ts';
import { testArm } from './fixtures/arms.ts';
import { endChild } from './fixtures/child.ts';
import { judged } from './fixtures/judged-server.ts';

const require = createRequire(import.meta.url);
const JUDGE = require.resolve('@modelcontextprotocol/conformance/dist/index.js');
const LIMIT_MS = 120_000;

/** What the judge asks of servers that do more than tools and resources, by the beginning of the scenario's name. */
const SCENARIOS_OF_OTHERS: Readonly<Record<string, string>> = {
  'logging-set-level': 'the server logs nothing and does not declare the capability',
  'tools-call-with-logging': 'the server logs nothing and does not declare the capability',
  'completion-complete': 'the server completes nothing and does not declare the capability',
  'prompts-': 'the server has no prompts and does not declare the capability',
  'tools-call-sampling': 'the server asks its clients nothing',
  'tools-call-elicitation': 'the server asks its clients nothing',
  'elicitation-': 'the server asks its clients nothing',
  'input-required-result-': 'no tool of the server needs more input than its arguments',
  'tasks-': 'an extension that the server does not declare',
  'json-schema-2020-12': 'about a tool by name whose schema the judge wants to see again; not required of any revision',
  'http-custom-header-server-validation': 'no tool of the server asks for headers of its own (x-mcp-header)',
};

/** The same for single checks within scenarios that do apply. */
const CHECKS_OF_OTHERS: Readonly<Record<string, string>> = {
  'sep-2549-prompts-list-caching-hints': 'the server has no prompts',
  'sep-2575-server-rejects-undeclared-capability': 'no tool of the server needs a capability of its client',
  'sep-2575-missing-capability-http-400': 'no tool of the server needs a capability of its client',
  'sep-2575-http-server-no-independent-requests-on-stream': 'the server asks its clients nothing',
};

/** What no server can do that answers with one JSON object. */
const SCENARIOS_OF_STREAMS: Readonly<Record<string, string>> = {
  'tools-call-with-progress': 'one JSON object has no room for progress',
  'server-sse-polling': 'one JSON object is no stream that could be resumed',
};

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

/** A program of Node 22 or newer: this one, or the one that the environment names; `undefined` where there is none. */
function judgesNode(): string | undefined {
  const candidates = [process.execPath, process.env['MCP_BENCH_NODE22'] ?? ''].filter((path) => path !== '');
  return candidates.find((path) => {
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    return Number(/^v(\d+)\./.exec(stdout ?? '')?.[1] ?? 0) >= 22;
  });
}

const node = judgesNode();
if (node === undefined) {
  process.stderr.write(
    '\nSKIPPED: the conformance judge needs Node 22 or newer. Name one in MCP_BENCH_NODE22 (.ci/run does).\n\n',
  );
}

describe.skipIf(node === undefined)('the conformance judge', () => {
  const folder = mkdtempSync(join(tmpdir(), 'judge-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['streamable-http@2025-11-25', 20],
    ['streamable-http@2025-11-25+json', 18],
    ['streamable-http@2026-07-28', 18],
    ['streamable-http@2026-07-28+json', 17],
  ])('passes %s', { timeout: LIMIT_MS }, async (word, applicable) => {
    const checks = await judge(word, join(folder, word));
    const others = { ...SCENARIOS_OF_OTHERS, ...(word.endsWith('+json') ? SCENARIOS_OF_STREAMS : {}) };
    const isOther = (scenario: string): boolean =>
      Object.keys(others).some((beginning) => scenario.startsWith(beginning));
    const applying = [...checks].filter(([scenario]) => !isOther(scenario));
    const failed = applying.flatMap(([scenario, found]) =>
      found
        .filter(({ id, status }) => status === 'FAILURE' && !Object.hasOwn(CHECKS_OF_OTHERS, id))
        .map(({ id, errorMessage }) => `${scenario}: ${id}: ${errorMessage ?? ''}`),
    );
    expect(failed).toEqual([]);
    const unproven = applying.filter(([, found]) => !found.some(({ status }) => status === 'SUCCESS'));
    expect(unproven.map(([scenario]) => scenario)).toEqual([]);
    expect(applying.length, applying.map(([scenario]) => scenario).join(' ')).toBe(applicable);
  });

  /** Every check by its scenario. */
  async function judge(word: string, output: string): Promise<Map<string, readonly Check[]>> {
    const { transport, variant } = await testArm(word);
    const era = eraOf(variant.protocol);
    const server = new BenchServer({ clock: monotonicClock(), seed: 1, die: () => undefined, era });
    const maxMessageBytes = bytes(4 * 1024 * 1024);
    const endpoint = await transport.startEndpoint({ server: judged(server, era), variant, maxMessageBytes });
    const args = ['server', '--url', endpoint.address, '--requirements', variant.protocol, '--output-dir', output];
    const child = spawn(node ?? '', [JUDGE, ...args], { stdio: 'ignore' });
    const overdue = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    try {
      await once(child, 'close');
    } finally {
      clearTimeout(overdue);
      await endChild(child);
      await endpoint.close();
    }
    return new Map(
      readdirSync(output).map((entry) => [
        entry.replace(/^server-/, '').replace(/-\d{4}-\d{2}-\d{2}T.*$/, ''),
        JSON.parse(readFileSync(join(output, entry, 'checks.json'), 'utf8')) as Check[],
      ]),
    );
  }
});
