import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SourceFile } from './architecture-source.ts';
import { type Rule, type Violation, violationsOf } from './architecture.ts';

const ROOT = join(import.meta.dirname, '..');

describe('the source tree', () => {
  it('keeps to the table', async () => {
    const files = [...(await filesUnder('src', '.ts')), ...(await filesUnder('bin', '.js'))];
    const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
      readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
    };
    const violations = violationsOf({
      files,
      runtimePackages: new Set(Object.keys(manifest.dependencies)),
      optionalPackages: new Set(Object.keys(manifest.peerDependenciesMeta)),
    });
    expect(files.length).toBeGreaterThan(10);
    expect(violations.map(({ rule, path, detail }) => `${path}: ${rule}: ${detail}`)).toEqual([]);
  });
});

async function filesUnder(folder: string, ending: string): Promise<SourceFile[]> {
  const names = await readdir(join(ROOT, folder), { recursive: true });
  const paths = names.filter((name) => name.endsWith(ending)).map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
  return Promise.all(paths.map(async (path) => ({ path, source: await readFile(join(ROOT, path), 'utf8') })));
}

describe('the test of the source tree', () => {
  it.each<[rule: Rule, what: string, files: Record<string, string>]>([
    ['unknown module', 'a new folder', { 'src/misc/thing.ts': '' }],
    ['module table', 'a value', { 'src/units.ts': "import { a } from './measure/clock.ts';" }],
    ['module table', 'a type', { 'src/measure/sample.ts': "import type { A } from '../scenario/plan.ts';" }],
    ['module table', 'a type within a type', { 'src/stats/a.ts': "export type A = import('../cli/run.ts').A;" }],
    ['module table', 'a re-export', { 'src/scenario/a.ts': "export { a } from '../result/record.ts';" }],
    ['module table', 'everything re-exported', { 'src/result/a.ts': "export * from '../stats/summary.ts';" }],
    ['module table', 'an effect', { 'src/child/a.ts': "import '../mcp/tools.ts';" }],
    ['module table', 'a dynamic import', { 'src/gate/a.ts': "await import('../report/table.ts');" }],
    ['module table', 'a dynamic import in a template', { 'src/gate/a.ts': 'await import(`../report/table.ts`);' }],
    ['module table', 'require', { 'src/gate/a.ts': "require('../report/table.ts');" }],
    ['module table', 'the command line', { 'src/trial/a.ts': "import { a } from '../cli/run.ts';" }],
    ['module table', 'the report from the statistics', { 'src/stats/a.ts': "import { a } from '../report/table.ts';" }],
    ['module table', 'the claims from the gate', { 'src/gate/a.ts': "import { a } from '../claims/rows.ts';" }],
    ['module table', 'the endpoint from the load', { 'src/load/a.ts': "import { a } from '../endpoint/main.ts';" }],
    ['module table', 'the driver from the endpoint', { 'src/endpoint/a.ts': "import { a } from '../driver/main.ts';" }],
    ['module table', 'another transport', { 'src/transports/sse/a.ts': "import { a } from '../websocket/wire.ts';" }],
    ['module table', 'the discovery', { 'src/transports/sse/a.ts': "import { a } from '../discover.ts';" }],
    ['module table', 'a shared file to a folder', { 'src/transports/http.ts': "import { a } from './sse/index.ts';" }],
    ['module table', 'the contract to a shared file', { 'src/transports/contract.ts': "import './http.ts';" }],
    ['module table', 'the discovery to a folder', { 'src/transports/discover.ts': "import './sse/index.ts';" }],
    ['module table', 'a shared file from the load', { 'src/load/a.ts': "import { a } from '../transports/http.ts';" }],
    ['module table', 'one transport from the driver', { 'src/driver/a.ts': "import '../transports/sse/index.ts';" }],
    ['module table', 'one transport from the command line', { 'src/cli/a.ts': "import '../transports/sse/index.ts';" }],
    ['types only', 'a value of the clock', { 'src/mcp/a.ts': "import { a } from '../measure/clock.ts';" }],
    ['types only', 'a value and a type', { 'src/mcp/a.ts': "import { a, type B } from '../measure/clock.ts';" }],
    ['types only', 'the contract', { 'src/transports/contract.ts': "import { a } from '../scenario/variant.ts';" }],
    ['outside src', 'a file beside it', { 'src/cli/a.ts': "import manifest from '../../package.json';" }],
    ['computed import', 'outside a discovery', { 'src/cli/a.ts': 'await import(name);' }],
    ['computed import', 'a filled-in template', { 'src/cli/a.ts': 'await import(`../report/${name}.ts`);' }],
    ['imports a test', 'from its own module', { 'src/load/a.ts': "import { fake } from './a.test.ts';" }],
    ['package owner', 'the histogram', { 'src/stats/a.ts': "import { build } from 'hdr-histogram-js';" }],
    ['package owner', 'beside its owner', { 'src/measure/recorder.ts': "import * as hdr from 'hdr-histogram-js';" }],
    ['package owner', 'sockets in the endpoint', { 'src/endpoint/a.ts': "import { WebSocketServer } from 'ws';" }],
    ['package owner', 'only its type', { 'src/load/a.ts': "import type { Agent } from 'undici';" }],
    ['package owner', 'a path within it', { 'src/cli/a.ts': "import { a } from 'eventsource/dist/a.js';" }],
    ['runtime dependency', 'a tool of ours', { 'src/load/a.ts': "import fc from 'fast-check';" }],
    ['runtime dependency', 'with a scope', { 'src/transports/sse/a.ts': "await import('@scope/client/sse');" }],
    ['runtime dependency', 'an optional peer that may be missing', { 'src/sdk/a.ts': "import { a } from 'peer';" }],
    ['runtime dependency', 'the built program', { 'src/cli/a.ts': "import { a } from '#dist/units.js';" }],
    ['clock', 'hrtime', { 'src/load/a.ts': 'export const now = () => process.hrtime.bigint();' }],
    ['clock', 'hrtime by another name', { 'src/load/a.ts': "import { hrtime as h } from 'node:process'; h();" }],
    ['clock', 'hrtime in brackets', { 'src/load/a.ts': "process['hrtime']();" }],
    ['clock', 'hrtime taken out', { 'src/load/a.ts': 'const { hrtime } = process;' }],
    ['clock', 'performance', { 'src/measure/recorder.ts': 'performance.now();' }],
    ['clock', 'performance of the world', { 'src/load/a.ts': 'globalThis.performance.now();' }],
    ['clock', 'performance, renamed', { 'src/load/a.ts': "import { performance as p } from 'node:perf_hooks';" }],
    ['clock', 'performance, handed on', { 'src/load/a.ts': 'const { now } = performance;' }],
    ['clock', 'Date.now', { 'src/trial/a.ts': 'Date.now();' }],
    ['clock', 'Date, handed on', { 'src/cli/a.ts': 'const { now } = Date;' }],
    ['clock', 'a new Date', { 'src/report/a.ts': 'new Date().toISOString();' }],
    ['cycle', 'a file to itself', { 'src/load/a.ts': "import { a } from './a.ts';" }],
    [
      'cycle',
      'of three, one of them a type',
      {
        'src/load/a.ts': "import { b } from './b.ts';",
        'src/load/b.ts': "import type { C } from './deep/c.ts';",
        'src/load/deep/c.ts': "export { a } from '../a.ts';",
      },
    ],
    ['file length', 'one line too long', { 'src/load/a.ts': 'void 0;\n'.repeat(401) }],
    ['file length', 'a test, too', { 'src/load/a.test.ts': 'void 0;\n'.repeat(401) }],
    ['no utils', 'anywhere', { 'src/load/utils.ts': '' }],
    ['bin length', 'four lines of code', { 'bin/a.js': '#!/usr/bin/env node\n// Why.\na();\nb();\nc();\nd();\n' }],
  ])('catches %s: %s', (rule, _what, files) => {
    expect(rulesBroken(files)).toEqual([rule]);
  });

  it.each<[what: string, files: Record<string, string>]>([
    ['its own module', { 'src/load/a.ts': "import { b } from './deep/b.ts';", 'src/load/deep/b.ts': '' }],
    ['what the table allows', { 'src/driver/a.ts': "import { a } from '../endpoint/host.ts';" }],
    ['a shared file in a transport', { 'src/transports/sse/a.ts': "import { a } from '../http.ts';" }],
    ['another shared file', { 'src/transports/http.ts': "import { a } from './ledger.ts';" }],
    ['the discovery, listing', { 'src/transports/discover.ts': 'await import(`./${name}/index.ts`);' }],
    ['a type where types are allowed', { 'src/mcp/a.ts': "import type { A } from '../scenario/scenario.ts';" }],
    ['only types by name', { 'src/mcp/a.ts': "import { type A, type B } from '../scenario/scenario.ts';" }],
    ['types, passed on', { 'src/mcp/a.ts': "export type { A } from '../scenario/scenario.ts';" }],
    ['anything, from the command line', { 'src/cli/a.ts': "import { a } from '../claims/rows.ts';" }],
    [
      'anything, from a test',
      { 'src/units.test.ts': "import fc from 'fast-check'; import './cli/run.ts'; Date.now();" },
    ],
    ['packages at their owners', { 'src/measure/histogram.ts': "import * as hdr from 'hdr-histogram-js';" }],
    ['sockets in the transports', { 'src/transports/websocket/a.ts': "import { WebSocket } from 'ws';" }],
    [
      'an optional peer, when it is asked for',
      { 'src/sdk/a.ts': "import type { A } from 'peer'; await import('peer');" },
    ],
    ['Node itself', { 'src/child/a.ts': "import { fork } from 'node:child_process'; import 'fs/promises';" }],
    ['the clock in its file', { 'src/measure/clock.ts': 'process.hrtime.bigint();' }],
    ['the date of a run', { 'src/trial/a.ts': 'const startedAt = new Date().toISOString();' }],
    [
      'what is no clock',
      {
        'src/measure/a.ts':
          'performance.eventLoopUtilization(); let a: typeof performance.eventLoopUtilization; let b: Date;',
      },
    ],
    [
      'a clock in a comment or text',
      { 'src/load/a.ts': "// Date.now()\nconst why = 'performance.now() is per process';" },
    ],
    ['two roads to one file', diamond()],
    [
      'a short bin',
      { 'bin/a.js': '#!/usr/bin/env node\nimport { main } from "../dist/cli/main.js";\nawait main();\n' },
    ],
  ])('lets pass: %s', (_what, files) => {
    expect(violationsIn(files)).toEqual([]);
  });

  it('says which file and why', () => {
    expect(violationsIn({ 'src/stats/a.ts': "import { a } from '../report/table.ts';" })).toEqual([
      { rule: 'module table', path: 'src/stats/a.ts', detail: 'stats may not import report' },
    ]);
  });

  it('refuses a file that it cannot read', () => {
    expect(() => violationsIn({ 'src/stats/a.ts': 'import from;' })).toThrow(/src\/stats\/a\.ts/);
  });
});

function diamond(): Record<string, string> {
  return {
    'src/load/a.ts': "import './b.ts'; import './c.ts';",
    'src/load/b.ts': "import './d.ts';",
    'src/load/c.ts': "import './d.ts';",
    'src/load/d.ts': '',
  };
}

function violationsIn(files: Readonly<Record<string, string>>): Violation[] {
  return violationsOf({
    files: Object.entries(files).map(([path, source]) => ({ path, source })),
    runtimePackages: new Set(['hdr-histogram-js', 'ws', 'eventsource', 'undici', 'zod']),
    optionalPackages: new Set(['peer']),
  });
}

const rulesBroken = (files: Readonly<Record<string, string>>): Rule[] => violationsIn(files).map(({ rule }) => rule);
