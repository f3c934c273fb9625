/** A scenario's text as a plain value that remembers where everything stood. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseAllDocuments,
  visit,
  type YAMLError,
} from 'yaml';
import { type Place, ScenarioError } from './scenario-error.ts';
import { escapeUnprintable, quote } from './wording.ts';

/** Some fifty times the longest shipped scenario; a hostile megabyte costs the YAML parser seconds and a gigabyte. */
export const MAX_FILE_BYTES = 64 * 1024;
export const TOO_LARGE = 'larger than 64KiB, which no scenario is';
/** Each alias repeats what it names, aliases within included: a few dozen nested ones are a bomb. */
const MAX_ALIASES = 100;

/** Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A file that is YAML, whatever it says. */
export interface YamlSource {
  readonly value: unknown;
  /** Of the value at this place, or of the nearest thing around it that stands in the file. */
  positionOf(place: Place): Position;
  /** Of a key in the mapping at this place. */
  positionOfKey(place: Place, key: string): Position;
}

/** Reads one YAML document with a mapping at its root. Throws a {@link ScenarioError} that says what it is instead. */
export function readYaml(text: string, path: string): YamlSource {
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) throw new ScenarioError([`${path}: ${TOO_LARGE}`]);
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'silent',
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  const position = positionsIn(lines);
  const refuse = (offset: number, message: string): never => {
    const { line, column } = position(offset);
    throw new ScenarioError([`${path}:${line}:${column}: ${message}`]);
  };
  const [document, second] = documents;
  if (document === undefined) return refuse(0, 'the file is empty, expected a scenario');
  refuseSyntaxErrors(document, { text, path, position });
  if (second !== undefined)
    refuse(second.range[0], `got ${documents.length} documents, expected one scenario per file`);
  if (!isMap(document.contents)) {
    return refuse(document.contents?.range?.[0] ?? 0, 'expected a mapping with name, title, shows, load and window');
  }
  refuseAliases(document, refuse);
  return sourceOf(document, { position, value: plainValue(document, refuse) });
}

interface SyntaxContext {
  readonly text: string;
  readonly path: string;
  readonly position: (offset: number) => Position;
}

/** Every duplicate key is its own mistake; of the other errors only the first, since the rest follow from it. */
function refuseSyntaxErrors(document: Document.Parsed, { text, path, position }: SyntaxContext): void {
  const all: YAMLError[] = [...document.errors, ...document.warnings];
  const duplicates = all.filter((error) => error.code === 'DUPLICATE_KEY');
  const first =
    all.find((error) => error.code === 'RESOURCE_EXHAUSTION') ?? all.find((error) => error.code !== 'DUPLICATE_KEY');
  const problems = first === undefined ? duplicates : [first];
  if (problems.length === 0) return;
  throw new ScenarioError(
    problems.map((problem) => {
      const { line, column } = position(problem.pos[0]);
      return `${path}:${line}:${column}: ${syntaxMessage(problem, text)}`;
    }),
  );
}

function syntaxMessage(error: YAMLError, text: string): string {
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return `the key ${quote(text.slice(error.pos[0]).split(/[\s:]/, 1)[0] ?? '')} stands twice in the same mapping`;
    case 'RESOURCE_EXHAUSTION':
      return 'nested too deeply';
    case 'NON_STRING_KEY':
      return 'a key must be a plain word';
    case 'TAG_RESOLVE_FAILED':
      return 'an unknown tag; no scenario needs one';
    default:
      return `not YAML: ${escapeUnprintable(error.message.split('\n')[0] ?? '')}`;
  }
}

function refuseAliases(document: Document.Parsed, refuse: (offset: number, message: string) => never): void {
  let count = 0;
  visit(document, {
    Alias: (_, alias) => {
      count += 1;
      const offset = alias.range?.[0] ?? 0;
      if (count > MAX_ALIASES) refuse(offset, `more than ${MAX_ALIASES} aliases`);
      if (alias.resolve(document) === undefined)
        refuse(offset, `no anchor "&${escapeUnprintable(alias.source)}" stands before this alias`);
    },
  });
}

/** A few aliases that contain one another expand without end, or to millions of values. */
function plainValue(document: Document.Parsed, refuse: (offset: number, message: string) => never): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (error instanceof ReferenceError) return refuse(0, 'the aliases repeat one another too often');
    throw error;
  }
}

interface Placed {
  readonly value: unknown;
  readonly position: (offset: number) => Position;
}

function sourceOf(document: Document.Parsed, { value, position }: Placed): YamlSource {
  const positionOf = (place: Place): Position => {
    let node: unknown = document.contents;
    let offset = offsetOf(node) ?? 0;
    for (const part of place) {
      node = childOf(document, node, part);
      offset = offsetOf(node) ?? offset;
    }
    return position(offset);
  };
  const positionOfKey = (place: Place, key: string): Position => {
    const parent = place.reduce<unknown>((node, part) => childOf(document, node, part), document.contents);
    const offset = offsetOf(pairOf(document, parent, key)?.key);
    return offset === undefined ? positionOf(place) : position(offset);
  };
  return { value, positionOf, positionOfKey };
}

function childOf(document: Document.Parsed, parent: unknown, part: string | number): unknown {
  if (typeof part === 'string') return pairOf(document, parent, part)?.value;
  const list = resolved(document, parent);
  return isNode(list) && 'items' in list && Array.isArray(list.items) ? (list.items as unknown[])[part] : undefined;
}

function pairOf(document: Document.Parsed, parent: unknown, key: string) {
  const map = resolved(document, parent);
  return isMap(map) ? map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key) : undefined;
}

const resolved = (document: Document.Parsed, node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);

const offsetOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** `linePos` answers line 0 for an offset before the first line it has seen, as in an empty file. */
function positionsIn(lines: LineCounter): (offset: number) => Position {
  return (offset) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
}
