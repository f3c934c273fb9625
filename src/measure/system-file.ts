/** The files by which Linux tells about itself: each is there or not, and neither is an error. */
import { readFileSync } from 'node:fs';

/** Its text; `undefined` where there is none, or it may not be read. */
export function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
