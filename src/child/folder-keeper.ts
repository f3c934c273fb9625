/**
 * Makes one temporary folder, says where it is, and removes it when told to, or when whoever asked for it is gone, killed
 * included. It removes what it has made itself and nothing else: there is no way to name it a folder.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is told over IPC. */
export type KeeperTold =
  | { readonly kind: 'made'; readonly path: string }
  | { readonly kind: 'not-made'; readonly why: string };

/** Commands that worked in the folder are ended by their own supervisors, and may write into it until these are done. */
const OTHERS_END_MS = 4_000;
const LOOK_EVERY_MS = 200;

function main(): void {
  // An interrupt from the terminal reaches us too; what is to become of the folder is our parent's decision.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  if (!process.connected) return;
  const path = make();
  if (path === undefined) return;
  process.on('message', () => {
    remove(path);
    process.exit(0);
  });
  process.on('disconnect', () => void removeForGood(path));
  if (process.connected) process.send?.({ kind: 'made', path } satisfies KeeperTold);
  else void removeForGood(path);
}

function make(): string | undefined {
  try {
    return mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    process.send?.({ kind: 'not-made', why } satisfies KeeperTold, () => process.exit(0));
    return undefined;
  }
}

/** Again while somebody puts it back. */
async function removeForGood(path: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < OTHERS_END_MS; waitedMs += LOOK_EVERY_MS) {
    if (existsSync(path)) remove(path);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  process.exit(0);
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: LOOK_EVERY_MS });
  } catch {
    // Somebody writes into it faster than it can be emptied; the next time, if there is one.
  }
}

main();
