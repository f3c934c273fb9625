/** The machine and the software, as far as they can move a number. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { sep } from 'node:path';
import { inheritedFlags } from '../measure/process-meter.ts';
import type { Environment } from '../result/record.ts';
import { bytes } from '../units.ts';

/** Libraries on the path of a number. */
const MEASURED_WITH = ['ws', 'eventsource', 'eventsource-parser', 'undici', 'hdr-histogram-js'];

export function describeEnvironment(placement: string): Environment {
  const processors = cpus();
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    platform: platform(),
    kernel: release(),
    arch: arch(),
    cpuModel: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryBytes: bytes(totalmem()),
    loadAverage: loadavg()[0] ?? 0,
    packages: Object.fromEntries(MEASURED_WITH.map((name) => [name, installedVersion(name)])),
    nodeFlags: inheritedFlags(),
    placement,
  };
}

function installedVersion(name: string): string {
  const entry = createRequire(import.meta.url).resolve(name);
  const root = entry.slice(
    0,
    entry.lastIndexOf(`node_modules${sep}${name}${sep}`) + `node_modules${sep}${name}`.length,
  );
  const manifest = JSON.parse(readFileSync(`${root}${sep}package.json`, 'utf8')) as { readonly version: string };
  return manifest.version;
}
