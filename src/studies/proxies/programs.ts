/** nginx and HAProxy as the machine has them: found, asked for their version, started on a free port, waited for. */
import { execFile } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Supervised, startSupervised } from '../../child/supervised.ts';
import type { HopProgram } from '../../scenario/studies/proxies.ts';
import { listenOnLoopback } from '../../wire/loopback-only.ts';
import { type ConfigOrder, haproxyConfig, linesBeyond, nginxConfig } from './configs.ts';

/** How a person gets both. */
export const INSTALL = 'apt-get install nginx-light haproxy';

const VERSION_LIMIT_MS = 5_000;
const READY_LIMIT_MS = 5_000;
const LOOK_EVERY_MS = 10;
/** A port that was free a moment ago may be taken by the time that the program gets to it. */
const TRIES = 5;

interface Program {
  readonly config: (order: ConfigOrder) => string;
  /** What stands for the bare default of a tuned hop. */
  readonly bare: ConfigOrder['hop'];
  readonly argv: (path: string, folder: string, file: string) => readonly string[];
}

const PROGRAMS: Readonly<Record<HopProgram, Program>> = {
  nginx: {
    config: nginxConfig,
    bare: 'nginx-bare',
    argv: (path, folder, file) => [path, '-p', folder, '-e', 'stderr', '-c', file],
  },
  haproxy: {
    config: haproxyConfig,
    bare: 'haproxy-bare',
    argv: (path, _folder, file) => [path, '-db', '-f', file],
  },
};

/**
 * The path of a program: beside each `bin` of PATH the `sbin` of the same place is looked into, which the PATH of most people
 * does not name and where Debian has such programs. `undefined` where there is none.
 */
export function findProgram(name: HopProgram, path: string | undefined): string | undefined {
  const named = (path ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = named.flatMap((folder) =>
    basename(folder) === 'bin' ? [folder, join(dirname(folder), 'sbin')] : [folder],
  );
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** As it says itself: `nginx 1.22.1`. */
export async function versionOf(name: HopProgram, path: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(path, ['-v'], { timeout: VERSION_LIMIT_MS });
  const version = /\d+(\.\d+)+[^\s]*/.exec(stdout + stderr)?.[0];
  return version === undefined ? name : `${name} ${version}`;
}

export interface ConfiguredProgram {
  readonly port: number;
  /** Resolves when the program and its folder are gone. Never rejects. */
  close(): Promise<void>;
}

export interface RunningProgram extends ConfiguredProgram {
  readonly addedLines: readonly string[];
}

export type ProgramOrder = Omit<ConfigOrder, 'port' | 'folder'>;

/** Starts the program on a port of the system's choosing. Rejects, with nothing left, when it cannot. */
export async function startProgram(name: HopProgram, path: string, order: ProgramOrder): Promise<RunningProgram> {
  const { config, bare } = PROGRAMS[name];
  let addedLines: readonly string[] = [];
  const program = await startConfigured(name, path, (place) => {
    const used = config({ ...order, ...place });
    addedLines = linesBeyond(config({ ...order, ...place, hop: bare }), used);
    return used;
  });
  return { ...program, addedLines };
}

/** Where a program listens, and may write. */
type Place = Pick<ConfigOrder, 'port' | 'folder'>;

/** The same, by any configuration. */
export async function startConfigured(
  name: HopProgram,
  path: string,
  textFor: (place: Place) => string,
): Promise<ConfiguredProgram> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return await startOn(port, name, path, textFor);
    } catch (error) {
      if (attempt === TRIES || !/in use/i.test(String(error))) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startOn(
  port: number,
  name: HopProgram,
  path: string,
  textFor: (place: Place) => string,
): Promise<ConfiguredProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-hop-'));
  try {
    // As root, nginx works as another user, who has to get to the folders that it makes in here.
    chmodSync(folder, 0o711);
    const file = join(folder, `${name}.conf`);
    writeFileSync(file, textFor({ port, folder }));
    const command = await startSupervised(PROGRAMS[name].argv(path, folder, file), { folder });
    await ready(command, port, name);
    return { port, close: () => command.end() };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Resolves when the port takes connections. Rejects, the program ended, when it does not in time, or the program is gone. */
async function ready(command: Supervised, port: number, name: HopProgram): Promise<void> {
  for (let tried = 0; tried < READY_LIMIT_MS / LOOK_EVERY_MS; tried += 1) {
    if (await answers(port)) return;
    const pause = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), LOOK_EVERY_MS));
    const gone = await Promise.race([command.gone, pause]);
    if (gone !== undefined) throw new Error(`${name} ${gone}${saidBy(command)}`);
  }
  await command.end();
  throw new Error(`${name} was not ready in time${saidBy(command)}`);
}

function saidBy(command: Supervised): string {
  const said = command.lastWords().trim();
  return said === '' ? '' : `; it said: ${said}`;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.destroy());
  });
}
