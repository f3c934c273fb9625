/** How many event streams a browser opens at once, counted without the tool: a bare server, a page of one line, and the browser. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All at once, not one after the other as the study has it. */
const ASKED = 20;
const PAGE = `<script>for (let i = 0; i < ${ASKED}; i += 1) new EventSource('/s?' + i)</script>`;
/** Without a further stream. */
const QUIET_MS = 2_000;
const LOOK_EVERY_MS = 100;
const LIMIT_MS = 30_000;

/** How many are open when no more come. Throws when none comes. */
export async function streamsOfBrowser(program: string): Promise<number> {
  const open = new Set<object>();
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/s') !== true) {
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
      return;
    }
    open.add(response);
    response.on('close', () => open.delete(response));
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const home = mkdtempSync(join(tmpdir(), 'bench-'));
  const browser = startBrowser(program, home, (server.address() as AddressInfo).port);
  try {
    return await settled(() => open.size);
  } finally {
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    if (browser.exitCode === null && browser.signalCode === null) await once(browser, 'exit');
    server.closeAllConnections();
    server.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function startBrowser(program: string, home: string, port: number): ChildProcess {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const flags = ['--headless', '--no-first-run', '--disable-gpu', `--user-data-dir=${home}`, ...asRoot];
  return spawn(program, [...flags, `http://127.0.0.1:${port}/`], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, HOME: home, TMPDIR: home },
  });
}

async function settled(countNow: () => number): Promise<number> {
  let [last, quietMs] = [0, 0];
  for (let waitedMs = 0; waitedMs < LIMIT_MS; waitedMs += LOOK_EVERY_MS) {
    const count = countNow();
    quietMs = count > 0 && count === last ? quietMs + LOOK_EVERY_MS : 0;
    last = count;
    if (quietMs >= QUIET_MS) return count;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`the browser did not come to rest; ${last} streams were open`);
}
