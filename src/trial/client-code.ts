/** How much code a client is made of: what it loads, and what this project wrote for it. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Variant } from '../scenario/variant.ts';
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

/** npm packages that the arm's client loads beyond Node itself. */
export const clientPackages = (transport: Transport, { client }: Variant): readonly string[] =>
  client === 'sdk' ? [SDK_PACKAGE, ...(transport.sdk?.packages ?? [])] : transport.clientPackages;

/**
 * Lines of the arm's own client code as built, without blank lines and comments: of its transport's folder, where the
 * endpoint is not the client's business, and `sdk` stands for all the rest when the SDK drives.
 */
export function driverLines({ transport: name, client }: Variant): number {
  const folder = fileURLToPath(new URL(`../transports/${name}/`, import.meta.url));
  const files = readdirSync(folder).filter(
    (file) =>
      /\.[jt]s$/.test(file) &&
      !/^(endpoint|index)\.|\.test\.|\.d\./.test(file) &&
      file.startsWith('sdk.') === (client === 'sdk'),
  );
  return files.reduce((sum, file) => sum + codeLines(readFileSync(join(folder, file), 'utf8')), 0);
}

const codeLines = (source: string): number =>
  source
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length;
