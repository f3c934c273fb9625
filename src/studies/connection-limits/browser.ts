/** A real browser: found, asked who it is, and started on one page with a profile of its own, without a driver in between. */
import { accessSync, constants, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startSupervised, type Supervised } from '../../child/supervised.ts';

/** As browsers of Chromium's family are installed. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] as const;

/** How a browser is had, for those who have none. */
export const GET_A_BROWSER = 'apt-get install chromium, or --browser <path>';

/** What a browser says of itself. */
export interface BrowserIdentity {
  readonly name: string;
  readonly version: string;
}

const VERSION_LIMIT_MS = 10_000;
const MAX_SAID = 1_000;

/** The one that was asked for, else the first that is on the PATH. */
export function findBrowser(asked: string | undefined, path = process.env['PATH'] ?? ''): string | undefined {
  if (asked !== undefined) return asked;
  const places = path.split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => places.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `undefined` when it says nothing of the kind in time. Rejects when it cannot be started. */
export async function identify(program: string): Promise<BrowserIdentity | undefined> {
  const asked = await startSupervised([program, '--version'], withFolder());
  let said = '';
  asked.stdout.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, MAX_SAID);
  });
  const limit = setTimeout(() => void asked.end(), VERSION_LIMIT_MS);
  await asked.gone;
  clearTimeout(limit);
  return readIdentity(said);
}

/** `Chromium 156.0.8078.79 built on Debian` → name and version. */
export function readIdentity(said: string): BrowserIdentity | undefined {
  const [, name, version] = /^([^\d\n]*[^\d\s])\s+(\d+(?:\.\d+)+)/m.exec(said) ?? [];
  return name === undefined || version === undefined ? undefined : { name: name.trim(), version };
}

const FLAGS = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-extensions',
  '--disable-breakpad',
  '--disable-crash-reporter',
  // A container's shared memory is often too small for it.
  '--disable-dev-shm-usage',
  // It speaks to loopback and to nobody else, whatever it would like to update or to look up.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
  // The certificate was made a moment ago and nobody has signed it.
  '--ignore-certificate-errors',
] as const;

/** Chromium's sandbox cannot be had as root. */
const asRoot = (): readonly string[] => (process.getuid?.() === 0 ? ['--no-sandbox'] : []);

/** Starts it on one page. Its profile, and whatever else it keeps, goes when it does. Rejects when it cannot be started. */
export async function startBrowser(program: string, url: string): Promise<Supervised> {
  const options = withFolder();
  const profile = `--user-data-dir=${join(options.folder, 'profile')}`;
  const browser = await startSupervised([program, ...FLAGS, ...asRoot(), profile, url], options);
  browser.stdout.resume();
  return browser;
}

/** Short: sockets are made below it, whose paths may have a hundred characters. */
const FOLDER_PREFIX = 'mcp-bench-browser-';

/** A home that is removed with everything in it: a browser leaves files in more places than its profile. */
function withFolder() {
  const folder = mkdtempSync(join(tmpdir(), FOLDER_PREFIX));
  return { folder, env: { HOME: folder, TMPDIR: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder } };
}

/** A browser without a desktop around it complains about that all the time. */
const NOISE = /\bdbus\b/i;

/** What it said last, without its path, which is nobody's business; for one that went before it did anything. */
export function lastLineOf(said: string, program: string): string {
  const lines = said.replaceAll(program, 'the browser').split('\n');
  return lines.map((line) => line.trim()).findLast((line) => line !== '' && !NOISE.test(line)) ?? '';
}

/** [Chromium] zygote_host_impl_linux.cc: what it says where the kernel gives it no sandbox. */
export const hasNoSandbox = (browser: Supervised): boolean => /no usable sandbox/i.test(browser.lastWords());
