/** Scenarios by name or path: those shipped with the package, and anybody's files. */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ParsedScenario } from './draft.ts';
import { didYouMean } from './nearest.ts';
import { type ParsedFile, parseFile } from './parse-scenario.ts';
import { ScenarioError } from './scenario-error.ts';
import { SUITE_ORDER, SUITES } from './suite.ts';
import { escapeUnprintable, quote } from './wording.ts';
import { MAX_FILE_BYTES, TOO_LARGE } from './yaml-source.ts';

/** A scenario that comes with the package. */
export interface ShippedScenario {
  readonly name: string;
  /** Of the file, absolute. */
  readonly path: string;
  readonly title: string;
  readonly shows: string;
}

/** The same folder seen from `src/scenario` and from `dist/scenario`. */
const FOLDER = new URL('../../scenarios/', import.meta.url);
const EXTENSION = '.yaml';

/** All shipped scenarios: those of the article's suites in their order, then any others by name. */
export function listShipped(): ShippedScenario[] {
  return shippedNames().map((name) => {
    const { title, shows } = loadShipped(name).draft;
    return { name, path: shippedPath(name), title, shows };
  });
}

/**
 * A bare name means a shipped scenario; anything with a slash in it, or ending in `.yaml`, `.yml` or `.json`, is the path of
 * a file. Throws a {@link ScenarioError} when there is none, it cannot be read, or it is wrong.
 */
export function loadScenario(nameOrPath: string): ParsedFile {
  if (/[/\\]|\.(?:ya?ml|json)$/i.test(nameOrPath)) return parseFile(readScenarioFile(nameOrPath), nameOrPath);
  if (shippedNames().includes(nameOrPath)) return loadShipped(nameOrPath);
  throw unknownName(nameOrPath);
}

/** As `loadScenario`, where only a workload will do. Throws a {@link ScenarioError} for a study. */
export function loadWorkload(nameOrPath: string): ParsedScenario {
  const file = loadScenario(nameOrPath);
  if (file.kind !== 'workload')
    throw new ScenarioError([`${escapeUnprintable(nameOrPath)}: is a ${file.kind}, expected a workload`]);
  const { kind: _kind, ...parsed } = file;
  return parsed;
}

function unknownName(name: string): ScenarioError {
  const names = [...Object.keys(SUITES), ...shippedNames()];
  const meant = didYouMean(name, names) || '.';
  return new ScenarioError([
    `no scenario named ${quote(name)}${meant} Shipped: ${names.join(', ')}. A path to a file works too.`,
  ]);
}

const shippedPath = (name: string): string => fileURLToPath(new URL(name + EXTENSION, FOLDER));

/** Messages and records show the path within the package, which says nothing about the machine. */
function loadShipped(name: string): ParsedFile {
  return parseFile(readScenarioFile(shippedPath(name)), `scenarios/${name}${EXTENSION}`);
}

function shippedNames(): string[] {
  const found = readdirSync(FOLDER)
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => file.slice(0, -EXTENSION.length))
    .toSorted();
  return [
    ...SUITE_ORDER.filter((name) => found.includes(name)),
    ...found.filter((name) => !SUITE_ORDER.includes(name)),
  ];
}

function readScenarioFile(path: string): string {
  try {
    return readBounded(path);
  } catch (error) {
    if (error instanceof ScenarioError || !(error instanceof Error && 'code' in error)) throw error;
    throw new ScenarioError([`${escapeUnprintable(path)}: ${reasonOf(error)}`]);
  }
}

function readBounded(path: string): string {
  const file = openSync(path, 'r');
  try {
    if (fstatSync(file).isDirectory())
      throw new ScenarioError([`${escapeUnprintable(path)}: is a folder, expected a scenario file`]);
    return new TextDecoder('utf-8', { fatal: true }).decode(readAtMost(file, { path, limit: MAX_FILE_BYTES }));
  } finally {
    closeSync(file);
  }
}

/** A device or a pipe may have no end and says nothing of its size. */
function readAtMost(file: number, { path, limit }: { path: string; limit: number }): Uint8Array {
  const buffer = new Uint8Array(limit + 1);
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(file, buffer, filled, buffer.length - filled, null);
    if (count === 0) return buffer.subarray(0, filled);
    filled += count;
  }
  throw new ScenarioError([`${escapeUnprintable(path)}: ${TOO_LARGE}`]);
}

function reasonOf(error: Error & { readonly code?: unknown }): string {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'is not UTF-8 text';
    default:
      return `cannot be read (${String(error.code)})`;
  }
}
