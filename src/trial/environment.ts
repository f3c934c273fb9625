/** The machine and the software, as far as they can move a number. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { sep } from 'node:path';
import { inheritedFlags } from '../measure/process-meter.ts';
import type { Environment } from '../result/record.ts';
import type { Arm } from '../scenario/plan.ts';
import { SDK_PACKAGE } from '../sdk/package.ts';
import { bytes } from '../units.ts';
import { governorOf, virtualisationOf } from './hardware.ts';

/** Libraries on the path of a number, whichever transports take part. */
const MEASURED_WITH: readonly string[] = ['ws', 'eventsource', 'eventsource-parser', 'undici', 'hdr-histogram-js'];

/** Everything but the placement, which is the caller's word for it, is looked up now; `root` is where `/proc` and `/sys` are. */
export function describeEnvironment(placement: string, arms: readonly Arm[], root = '/'): Environment {
  const governor = governorOf(root);
  const virtualisation = virtualisationOf(root);
  const processors = cpus();
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    platform: platform(),
    kernel: release(),
    arch: arch(),
    cpuModel: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    ...(governor === undefined ? {} : { governor }),
    ...(virtualisation === undefined ? {} : { virtualisation }),
    memoryBytes: bytes(totalmem()),
    loadAverage: loadavg()[0] ?? 0,
    packages: versionsOf(MEASURED_WITH.concat(arms.some(({ variant }) => variant.client === 'sdk') ? SDK_PACKAGE : [])),
    nodeFlags: inheritedFlags(),
    placement,
  };
}

/** Of those that are installed: the SDK is an optional peer. */
export function versionsOf(names: readonly string[], from: string = import.meta.url): Readonly<Record<string, string>> {
  const versions = names.map((name): readonly [string, string | undefined] => [name, installedVersion(name, from)]);
  return Object.fromEntries(versions.filter((one): one is [string, string] => one[1] !== undefined));
}

/** As a module at this URL would load it; `undefined` where it could not. */
function installedVersion(name: string, from: string): string | undefined {
  const entry = entryOf(name, from);
  if (entry === undefined) return undefined;
  const folder = `node_modules${sep}${name.replaceAll('/', sep)}`;
  const root = entry.slice(0, entry.lastIndexOf(`${folder}${sep}`) + folder.length);
  const manifest = JSON.parse(readFileSync(`${root}${sep}package.json`, 'utf8')) as { readonly version: string };
  return manifest.version;
}

function entryOf(name: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
