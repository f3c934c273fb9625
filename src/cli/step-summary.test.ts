import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/fixtures/command.ts';
import { buildsRecord } from '../../test/golden/reports.ts';
import { format as markdown } from '../report/formats/markdown.ts';
import { reportOf } from '../report/report-of.ts';
import { appendStepSummary } from './step-summary.ts';

const MIB = 1024 * 1024;
const page = markdown.render(reportOf(buildsRecord()));

async function appendTo(path: string | undefined): Promise<readonly string[]> {
  const said: string[] = [];
  await appendStepSummary(
    () => page,
    { GITHUB_STEP_SUMMARY: path },
    (line) => said.push(line),
  );
  return said;
}

describe('the summary of a step', () => {
  it('is made where there is none yet, and appended to what is there', async () => {
    const path = join(temporaryFolder(), 'summary.md');
    expect(await appendTo(path)).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe(page);
    expect(await appendTo(path)).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe(`${page}\n\n${page}`);
  });

  it('is nothing where nobody asks for it, and is not made', async () => {
    expect(await appendTo(undefined)).toEqual([]);
    expect(await appendTo('')).toEqual([]);
    const made = (): string => {
      throw new Error('nobody wants it');
    };
    await expect(appendStepSummary(made, {}, () => undefined)).resolves.toBeUndefined();
  });

  it('never grows beyond what GitHub shows: to the last byte, and not one more', async () => {
    const room = 2 + Buffer.byteLength(page);
    const path = join(temporaryFolder(), 'full.md');
    writeFileSync(path, 'x'.repeat(MIB - room + 1));
    const said = await appendTo(path);
    expect(said).toEqual([
      `nothing was appended to GITHUB_STEP_SUMMARY: with this page it would have ${MIB + 1} bytes, and may have ${MIB}`,
    ]);
    expect(readFileSync(path).byteLength).toBe(MIB - room + 1);
    writeFileSync(path, 'x'.repeat(MIB - room));
    expect(await appendTo(path)).toEqual([]);
    expect(readFileSync(path).byteLength).toBe(MIB);
  });

  it('is a warning where it cannot be written', async () => {
    const folder = join(temporaryFolder(), 'folder');
    mkdirSync(folder);
    expect(await appendTo(folder)).toEqual([
      expect.stringMatching(/^nothing was appended to GITHUB_STEP_SUMMARY: EISDIR/),
    ]);
    expect(await appendTo(join(folder, 'no', 'such\u001b'))).toEqual([expect.stringMatching(/ENOENT.*such\\u001b/)]);
  });
});
