/** How much code a client is made of: what it loads, and what this project wrote for it. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientStack, Variant } from '../scenario/variant.ts';
import { SDK_PACKAGE } from '../sdk/package.ts';
import type { Transport } from '../transports/contract.ts';

/** Bytes of the JavaScript that a package's entry points to, source maps and types left out. */
export function packageBytes(name: string): number {
  const entry = createRequire(import.meta.url).resolve(name);
  const root = join(entry.slice(0, entry.lastIndexOf(`node_modules${sep}`)), 'node_modules', name);
  // A package that ships several builds is loaded from one folder; that folder is what a client needs.
  return folderBytes(dirname(entry) === root ? join(root, 'lib') : dirname(entry), /\.m?js$/);
}

function folderBytes(folder: string, pattern: RegExp): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** npm packages that the arm's client loads beyond Node itself: the lean one none. */
export function clientPackages(transport: Transport, { client }: Variant): readonly string[] {
  if (client === 'lean') return [];
  return client === 'sdk' ? [SDK_PACKAGE, ...(transport.sdk?.packages ?? [])] : transport.clientPackages;
}

/** What a client begins with, in its transport's folder: of several the first that is there. */
const ENTRIES: Readonly<Record<ClientStack, readonly string[]>> = {
  stock: ['driver', 'index'],
  lean: ['lean', 'driver', 'index'],
  sdk: ['sdk'],
};
/** Files of its own: in the transport's folder, and the lean clients' common ones. */
const OWN_IMPORT = /\bfrom '((?:\.|(?:\.\.\/)+wire\/lean)\/[\w.-]+)'/g;

/**
 * Lines of the arm's own client code as built, without blank lines and comments: what its entry imports within its transport's
 * folder, and of the code that all lean clients share.
 */
export function driverLines({ transport: name, client }: Variant): number {
  const folder = fileURLToPath(new URL(`../transports/${name}/`, import.meta.url));
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const entry = ENTRIES[client].map((file) => join(folder, file + extension)).find((path) => existsSync(path));
  const seen = new Map<string, number>();
  const open = entry === undefined ? [] : [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    const source = readFileSync(path, 'utf8');
    seen.set(path, codeLines(source));
    for (const [, imported = ''] of source.matchAll(OWN_IMPORT)) {
      const next = join(dirname(path), imported);
      if (!/^(endpoint|contract)\b/.test(basename(next)) && existsSync(next)) open.push(next);
    }
  }
  return [...seen.values()].reduce((sum, lines) => sum + lines, 0);
}

const codeLines = (source: string): number =>
  source
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;
