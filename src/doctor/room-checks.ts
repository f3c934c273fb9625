/** Files, memory, programs, Node: whether there is room for a run, and what it would need. */
import { join } from 'node:path';
import { size, whole } from '../claims/quantity.ts';
import { readOrUndefined } from '../measure/system-file.ts';
import { GET_A_BROWSER, findBrowser } from '../studies/connection-limits/browser.ts';
import { INSTALL, findProgram } from '../studies/proxies/programs.ts';
import type { Check } from './check.ts';

export interface RoomOptions {
  /** Where `/proc` is. */
  readonly root: string;
  /** Where programs are looked for: the PATH. */
  readonly path: string;
  /** Of Node, without a `v`. */
  readonly nodeVersion: string;
}

export const roomChecks = ({ root, path, nodeVersion }: RoomOptions): readonly Check[] => [
  node(nodeVersion),
  openFiles(root),
  memory(root),
  ...programs(path),
];

const LEAST_NODE = [20, 19] as const;

function node(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  const isNew = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return {
    name: 'Node',
    word: isNew ? 'ok' : 'cannot',
    saw: version,
    means: isNew ? 'new enough' : `nothing here is made for less than ${LEAST_NODE.join('.')}`,
    todo: isNew ? '' : `install Node ${LEAST_NODE.join('.')} or newer`,
  };
}

/** What a process of Node has open besides: libraries, pipes, event queues. */
const OTHER_FILES = 60;
/** A client of SSE opens up to four sockets. */
const SOCKETS_PER_CLIENT = 4;
/** Of the scenario `fan-out`. */
const MOST_CLIENTS = 500;
const LEAST_FILES = 256;

function openFiles(root: string): Check {
  const name = 'open files';
  const limit = /^Max open files\s+(\S+)/m.exec(readOrUndefined(join(root, 'proc/self/limits')) ?? '')?.[1];
  const files = limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
  if (limit === undefined || Number.isNaN(files))
    return {
      name,
      word: 'note',
      saw: 'not visible',
      means: 'how many connections there can be is not known',
      todo: '',
    };
  const connections = Math.max(0, files - OTHER_FILES);
  const clients = Math.floor(connections / SOCKETS_PER_CLIENT);
  const saw = `${limit === 'unlimited' ? limit : whole(files)} in each process`;
  const holds = Number.isFinite(clients)
    ? `${whole(clients)} SSE clients, ${whole(connections)} of one socket`
    : 'any number';
  const isEnough = clients >= MOST_CLIENTS;
  return {
    name,
    word: isEnough ? 'ok' : files < LEAST_FILES ? 'cannot' : 'note',
    saw,
    means: `room for ${holds}${isEnough ? '' : '; fan-out, idle-listeners and connection-limits want more'}`,
    todo: isEnough ? '' : `ulimit -n ${MOST_CLIENTS * SOCKETS_PER_CLIENT * 2} before the command`,
  };
}

const ENOUGH_MEMORY = 1024 ** 3;
const LEAST_MEMORY = 200 * 1024 ** 2;

function memory(root: string): Check {
  const name = 'memory';
  const free = /^MemAvailable:\s+(\d+) kB$/m.exec(readOrUndefined(join(root, 'proc/meminfo')) ?? '')?.[1];
  if (free === undefined)
    return { name, word: 'note', saw: 'not visible', means: 'how much is free is not known', todo: '' };
  const bytes = Number(free) * 1024;
  const isEnough = bytes >= ENOUGH_MEMORY;
  return {
    name,
    word: isEnough ? 'ok' : bytes < LEAST_MEMORY ? 'cannot' : 'doubt',
    saw: `${size(bytes)} free`,
    means: isEnough
      ? 'three processes of a run need a few hundred MiB'
      : 'a run of a few hundred MiB would make others swap, or be killed',
    todo: isEnough ? '' : 'end what is not needed',
  };
}

function programs(path: string): readonly Check[] {
  const nginx = findProgram('nginx', path);
  const haproxy = findProgram('haproxy', path);
  const missing = [...(nginx === undefined ? ['nginx'] : []), ...(haproxy === undefined ? ['HAProxy'] : [])];
  const browser = findBrowser(undefined, path);
  return [
    {
      name: 'proxies',
      word: missing.length === 0 ? 'ok' : 'note',
      saw: missing.length === 0 ? 'nginx and HAProxy are there' : `no ${missing.join(', no ')}`,
      means: 'the scenario proxies sends its sessions through them; no other needs them',
      todo: missing.length === 0 ? '' : INSTALL,
    },
    {
      name: 'browser',
      word: browser === undefined ? 'note' : 'ok',
      saw: browser === undefined ? 'none like Chromium on the PATH' : 'one like Chromium is there',
      means: 'the scenario connection-limits opens streams in it; no other needs one',
      todo: browser === undefined ? GET_A_BROWSER : '',
    },
  ];
}
