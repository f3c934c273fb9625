/** Whether a folder holds a build of this tool, whose endpoint can be measured. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'mcp-transport-bench';
const ENDPOINT = ['bin/endpoint.js', 'dist/endpoint/main.js'] as const;

/** Whether it is a checkout of this tool, built or not. */
export const isOwnCheckout = (folder: string): boolean => manifestIn(folder)?.name === NAME;

/** The first file that a built one has and this one has not; `undefined` when it is whole. */
export const missingFromBuild = (folder: string): string | undefined =>
  ENDPOINT.find((file) => !existsSync(join(folder, file)));

function manifestIn(folder: string): { readonly name?: unknown } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly name?: unknown };
  } catch {
    return undefined;
  }
}

/** Whether its lock file names packages to be installed. */
export function hasLockedPackages(folder: string): boolean {
  try {
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
      readonly packages?: Readonly<Record<string, unknown>>;
      readonly dependencies?: Readonly<Record<string, unknown>>;
    };
    const packages = Object.keys(lock.packages ?? {}).filter((name) => name !== '');
    return packages.length + Object.keys(lock.dependencies ?? {}).length > 0;
  } catch {
    return false; // There is none, or npm will say better what is wrong with it.
  }
}
