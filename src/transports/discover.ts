/** Which transports there are, by listing the folders beside this file: a new transport is one new folder. */
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Transport } from './contract.ts';

const here = dirname(fileURLToPath(import.meta.url));
/** `.ts` under test, `.js` when built. */
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** Names, in alphabetical order. Nothing is loaded. */
export function transportNames(): readonly string[] {
  return readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}

/** Loads one transport and nothing of the others. Rejects for a name that is no folder. */
export async function loadTransport(name: string): Promise<Transport> {
  if (!transportNames().includes(name)) throw new Error(`no transport named "${name}"`);
  const module = (await import(pathToFileURL(`${here}/${name}/index${extension}`).href)) as {
    readonly transport: Transport;
  };
  return module.transport;
}
