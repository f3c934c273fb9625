/** Who may import whom, and the few other rules about where things live: the tables first, then what holds the tree against them. */
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { type Import, type ReadFile, readSource, type SourceFile } from './architecture-source.ts';

/** Everything in `transports/` that is neither the contract, nor the discovery, nor one transport's folder. */
const SHARED = 'transports/shared';
/** Stands for each transport's folder. */
const ONE_TRANSPORT = 'transports/*';
/** Stands for every module that is not a single transport. */
const ANY = 'any';

/** A module may import itself and these. A module is a folder of `src/`, or a file beside them. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  units: [],
  measure: ['units'],
  scenario: ['units'],
  // Payloads follow from the plan's random numbers; of time it knows only that it is an argument.
  mcp: ['units', 'scenario', 'measure'],
  'transports/contract': ['units', 'mcp', 'scenario', 'sdk'],
  'transports/discover': ['transports/contract'],
  [SHARED]: ['transports/contract', 'sdk', 'mcp', 'measure', 'units', 'scenario'],
  // Somebody else's client in the place of ours.
  sdk: ['mcp', 'measure', 'units', 'scenario'],
  // What lies below MCP: sockets, TLS, HTTP, content codings, all of it counted.
  wire: ['transports/contract', 'measure', 'units', 'scenario'],
  [ONE_TRANSPORT]: ['transports/contract', SHARED, 'wire', 'sdk', 'mcp', 'measure', 'units', 'scenario'],
  child: ['units', 'measure'],
  result: ['scenario', 'units', 'measure'],
  // What stands between the two ends where a network is emulated: it knows bytes, and nothing of what they say.
  network: ['child', 'result', 'scenario', 'measure', 'units'],
  // The same bare exchange on every machine: nothing of what is under test, so that it tells of the machine alone.
  control: ['child', 'result', 'measure', 'units'],
  // The other end of a bare exchange: bytes, and nothing that knows what they are.
  echo: [],
  // Other people's servers: looked at from outside, before anything is measured.
  target: ['transports/contract', 'transports/discover', 'mcp', 'scenario', 'measure', 'units', 'child'],
  // Where the code of arms comes from: folders and commits, looked at and made ready before anything is measured.
  builds: ['child', 'scenario', 'units'],
  load: ['transports/contract', 'mcp', 'scenario', 'units', 'measure', 'result'],
  endpoint: ['transports/contract', 'transports/discover', 'mcp', 'scenario', 'measure', 'units', 'child', 'result'],
  driver: [
    'transports/contract',
    'transports/discover',
    'load',
    'sdk',
    'mcp',
    'scenario',
    'measure',
    'units',
    'child',
    // Loopback hosts its endpoint in the driver's process.
    'endpoint',
    'result',
  ],
  // Questions with a procedure of their own, each step in a process of its own.
  studies: [
    'network',
    'transports/contract',
    'transports/discover',
    'endpoint',
    'driver',
    'child',
    'wire',
    'load',
    'mcp',
    'sdk',
    'measure',
    'scenario',
    'result',
    'units',
    // A probe of the study `knee` is a trial; trials in turn are handed what carries out studies, and know none.
    'trial',
  ],
  trial: [
    'doubts',
    'control',
    'target',
    'network',
    'endpoint',
    'driver',
    'transports/discover',
    'transports/contract',
    'load',
    'result',
    'child',
    'scenario',
    'units',
    'measure',
    'mcp',
    'sdk',
    // Several drivers of one trial are added up as those of several runs are.
    'merge',
  ],
  stats: ['result', 'scenario', 'units', 'measure'],
  claims: ['stats', 'result', 'scenario', 'units', 'measure'],
  report: ['doubts', 'stats', 'claims', 'result', 'scenario', 'units', 'measure'],
  // Several records into one: sums and histograms, and from the statistics how books are added and a median is read.
  merge: ['doubts', 'stats', 'result', 'scenario', 'units', 'measure'],
  // Reasons to trust a measurement less: drawn once it is made, when several are merged, and again when a record is verified.
  doubts: ['result', 'measure', 'units'],
  // A record against itself, and against what it is told that the record comes to: no statistics of its own.
  verify: ['doubts', 'result', 'scenario', 'units', 'measure'],
  gate: ['stats', 'result', 'scenario', 'units'],
  // Says whether a machine can measure: by the limits of the trials' own doubts, with the programs that studies look for.
  doctor: [
    'doubts',
    'trial',
    'studies',
    'stats',
    'claims',
    'result',
    'scenario',
    'load',
    'endpoint',
    'child',
    'measure',
    'units',
  ],
  cli: [ANY],
};

/** Where an import that MAY_IMPORT allows must be erased by the compiler: a word may be shared, code may not. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = {
  mcp: ['measure'],
  'transports/contract': ['scenario', 'sdk'],
  wire: ['transports/contract', 'scenario'],
};

/** Packages that only files under these paths import. */
const PACKAGE_OWNERS: Readonly<Record<string, readonly string[]>> = {
  'hdr-histogram-js': ['src/measure/histogram.ts'],
  selfsigned: ['src/wire/'],
  // A study may use a client as its library leaves it, where a transport would steer it.
  ws: ['src/transports/', 'src/studies/'],
  eventsource: ['src/transports/', 'src/studies/'],
  undici: ['src/wire/'],
  '@modelcontextprotocol/client': ['src/sdk/'],
};

const CLOCK = 'src/measure/clock.ts';
/** These write down on which day something happened, or until when a certificate is good. Nothing is measured by it. */
const MAY_SAY_THE_DATE = ['cli', 'trial', 'wire'];
/** Only a file of this name may import what it has found by listing a folder. */
const DISCOVERY = 'discover.ts';
const LONGEST_FILE_LINES = 400;
const LONGEST_BIN_LINES = 3;

export type Rule =
  | 'unknown module'
  | 'module table'
  | 'types only'
  | 'outside src'
  | 'computed import'
  | 'imports a test'
  | 'package owner'
  | 'runtime dependency'
  | 'clock'
  | 'cycle'
  | 'file length'
  | 'no utils'
  | 'bin length';

export interface Violation {
  readonly rule: Rule;
  readonly path: string;
  readonly detail: string;
}

export interface Tree {
  /** Everything under `src/` and `bin/`. */
  readonly files: readonly SourceFile[];
  /** Names under `dependencies` in package.json: what an installation brings along. */
  readonly runtimePackages: ReadonlySet<string>;
  /** Optional `peerDependencies`: there or not, and loaded only where they are asked for. */
  readonly optionalPackages: ReadonlySet<string>;
}

/**
 * Every violation in the tree. The rules about imports and clocks bind what ships; a test beside the code may import
 * what it needs to test it.
 */
export function violationsOf(tree: Tree): Violation[] {
  const sources = tree.files.filter((file) => file.path.startsWith('src/'));
  const shipped = sources.filter((file) => !isTest(file.path)).map((file) => ({ ...file, ...readSource(file) }));
  return [
    ...shipped.flatMap((file) => [
      ...moduleViolations(file),
      ...packageViolations(file, tree),
      ...clockViolations(file),
    ]),
    ...cyclesIn(shipped),
    ...sources.flatMap((file) => shapeViolations(file)),
    ...tree.files.filter((file) => file.path.startsWith('bin/')).flatMap((file) => binViolations(file)),
  ];
}

type ShippedFile = SourceFile & ReadFile;

const isTest = (path: string): boolean => path.endsWith('.test.ts');

/** `src/load/open-loop.ts` → `load`; `src/transports/sse/driver.ts` → `transports/sse`. */
function moduleOf(path: string): string {
  const [, top = '', next, ...deeper] = path.split('/');
  if (top !== 'transports' || next === undefined) return top.replace(/\.ts$/, '');
  if (deeper.length > 0) return `transports/${next}`;
  return next === 'contract.ts' || next === 'discover.ts' ? `transports/${next.replace(/\.ts$/, '')}` : SHARED;
}

/** The row or entry of the table that a module goes by. */
function rowOf(module: string): string {
  return module.startsWith('transports/') && !(module in MAY_IMPORT) ? ONE_TRANSPORT : module;
}

function moduleViolations(file: ShippedFile): Violation[] {
  const from = moduleOf(file.path);
  const allowed = MAY_IMPORT[rowOf(from)];
  if (allowed === undefined) return [violation('unknown module', file, `${from} has no row in the table`)];
  return file.imports.flatMap((one) => {
    if (one.specifier === undefined) {
      return file.path.endsWith(`/${DISCOVERY}`) ? [] : [violation('computed import', file, 'import(…) of a variable')];
    }
    const target = targetOf(file, one);
    if (target === undefined) return [];
    if (!target.startsWith('src/')) return [violation('outside src', file, target)];
    if (isTest(target)) return [violation('imports a test', file, target)];
    return edgeViolations(file, { from, to: moduleOf(target), allowed, typeOnly: one.typeOnly });
  });
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly allowed: readonly string[];
  readonly typeOnly: boolean;
}

function edgeViolations(file: ShippedFile, { from, to, allowed, typeOnly }: Edge): Violation[] {
  if (from === to) return [];
  const entry = rowOf(to);
  // One transport's folder is nobody's to import: even the discovery only lists it.
  const may = entry !== ONE_TRANSPORT && (allowed.includes(ANY) || allowed.includes(entry));
  if (!may) return [violation('module table', file, `${from} may not import ${to}`)];
  if (!typeOnly && TYPES_ONLY[from]?.includes(to) === true) {
    return [violation('types only', file, `${from} may import types from ${to}, not values`)];
  }
  return [];
}

/** Path of the imported file from the root of the repository; `undefined` for a package. */
function targetOf(file: SourceFile, one: Import): string | undefined {
  return one.specifier?.startsWith('.') === true ? join(dirname(file.path), one.specifier) : undefined;
}

function packageViolations(file: ShippedFile, tree: Tree): Violation[] {
  return file.imports.flatMap(({ specifier, typeOnly, lazy }) => {
    const name = packageOf(specifier);
    if (name === undefined) return [];
    if (tree.optionalPackages.has(name)) {
      if (!typeOnly && lazy !== true) return [violation('runtime dependency', file, `${name} may be missing`)];
    } else if (!tree.runtimePackages.has(name)) return [violation('runtime dependency', file, `${name} is none`)];
    const owners = PACKAGE_OWNERS[name];
    if (owners === undefined || owners.some((owner) => file.path.startsWith(owner))) return [];
    return [violation('package owner', file, `${name} is imported under ${owners.join(', ')} only`)];
  });
}

/** The npm package; `undefined` for Node's own modules and for files. */
function packageOf(specifier: string | undefined): string | undefined {
  if (specifier === undefined || specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  const [first = '', second] = specifier.split('/');
  if (builtinModules.includes(first)) return undefined;
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function clockViolations(file: ShippedFile): Violation[] {
  if (file.path === CLOCK) return [];
  const maySayTheDate = MAY_SAY_THE_DATE.includes(moduleOf(file.path));
  const uses = file.clockUses.filter((use) => !(use === 'new Date' && maySayTheDate));
  return [...new Set(uses)].map((use) => violation('clock', file, `${use} outside ${CLOCK}`));
}

/** One violation per circle: walks the imports depth first and reports each way back to a file that is still open. */
function cyclesIn(files: readonly ShippedFile[]): Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found: Violation[] = [];
  const done = new Set<string>();
  const walk = (file: ShippedFile, open: readonly string[]): void => {
    const start = open.indexOf(file.path);
    if (start >= 0) {
      found.push(violation('cycle', file, [...open.slice(start), file.path].join(' → ')));
      return;
    }
    if (done.has(file.path)) return;
    for (const one of file.imports) {
      const target = byPath.get(targetOf(file, one) ?? '');
      if (target !== undefined) walk(target, [...open, file.path]);
    }
    done.add(file.path);
  };
  for (const file of files) walk(file, []);
  return found;
}

function shapeViolations(file: SourceFile): Violation[] {
  const lines = file.source.trimEnd().split('\n').length;
  return [
    ...(lines > LONGEST_FILE_LINES ? [violation('file length', file, `${lines} lines`)] : []),
    ...(/(^|\/)utils?\.ts$/.test(file.path)
      ? [violation('no utils', file, 'a helper lives with the idea it serves')]
      : []),
  ];
}

function binViolations(file: SourceFile): Violation[] {
  const code = file.source.split('\n').filter((line) => line.trim() !== '' && !/^\s*(#!|\/\/|\/?\*)/.test(line));
  return code.length > LONGEST_BIN_LINES ? [violation('bin length', file, `${code.length} lines of code`)] : [];
}

function violation(rule: Rule, file: SourceFile, detail: string): Violation {
  return { rule, path: file.path, detail };
}
