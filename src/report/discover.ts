/** Which formats there are, by listing the files in `formats/`: a new format is one new file. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ReportFormat } from './format.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'formats');
/** `.ts` under test, `.js` when built. */
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** Names, in alphabetical order. Nothing is loaded. */
export function formatNames(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(extension) && !file.endsWith('.d.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -extension.length))
    .toSorted();
}

/** Loads one format and nothing of the others. Rejects for a name that is no file. */
export async function loadFormat(name: string): Promise<ReportFormat> {
  const names = formatNames();
  if (!names.includes(name)) throw new Error(`no format named "${name}"; there are ${names.join(', ')}`);
  const module = (await import(pathToFileURL(join(folder, `${name}${extension}`)).href)) as {
    readonly format: ReportFormat;
  };
  return module.format;
}
