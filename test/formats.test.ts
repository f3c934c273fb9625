/** Every format through the whole program: to stdout, into files, into a folder, and onto the page of a CI step. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatNames, loadFormat } from '../src/report/discover.ts';
import { reportOf } from '../src/report/report-of.ts';
import { parseRunSummary } from '../src/report/run-summary-schema.ts';
import { serialiseRecord } from '../src/result/codec.ts';
import { readRecord } from '../src/result/read-record.ts';
import { fileIn, runCommand, temporaryFolder } from './fixtures/command.ts';
import { buildsRecord } from './golden/reports.ts';

const record = buildsRecord();
const report = reportOf(record);
const TEXT = serialiseRecord(record);

describe('report', () => {
  it.each(formatNames())('writes %s to stdout and into a file, the same bytes', async (name) => {
    const folder = temporaryFolder();
    fileIn(folder, 'r.json', TEXT);
    const { code, stdout, stderr } = await runCommand(['report', 'r.json', '-f', name, '-f', `${name}=out/it`], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe((await loadFormat(name)).render(report));
    expect(readFileSync(join(folder, 'out/it'), 'utf8')).toBe(stdout);
  });

  it('fills a folder with histograms, whether it is there or ends as one', async () => {
    const folder = temporaryFolder();
    fileIn(folder, 'r.json', TEXT);
    mkdirSync(join(folder, 'there'));
    const args = ['report', 'r.json', '-f', 'hgrm=there', '-f', 'hgrm=new/deep/'];
    expect(await runCommand(args, folder)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const files = (await loadFormat('hgrm')).files?.(report) ?? [];
    expect(files.length).toBeGreaterThan(3);
    for (const place of ['there', 'new/deep']) {
      expect(readdirSync(join(folder, place)).toSorted()).toEqual(files.map(({ name }) => name).toSorted());
      for (const { name, text } of files) expect(readFileSync(join(folder, place, name), 'utf8')).toBe(text);
    }
  });

  it('refuses a folder for a format that is one file', async () => {
    const folder = temporaryFolder();
    fileIn(folder, 'r.json', TEXT);
    const { code, stderr } = await runCommand(['report', 'r.json', '-f', 'csv=out/'], folder);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'cannot write out/: it is a folder; choose another place with -f csv=<path>\n',
    });
  });

  it('gives scripts a summary, and beside it the other formats as they are', async () => {
    const folder = temporaryFolder();
    fileIn(folder, 'r.json', TEXT);
    const args = ['report', 'r.json', '-f', 'json', '-f', 'csv=x.csv', '--summary'];
    const { code, stdout } = await runCommand(args, folder);
    expect(code).toBe(0);
    expect(parseRunSummary(JSON.parse(stdout)).gate?.word).toBe('fail');
    expect(readFileSync(join(folder, 'x.csv'), 'utf8')).toBe((await loadFormat('csv')).render(report));
  });
});

it('schema summary prints the schema of what --summary prints', async () => {
  const { code, stdout } = await runCommand(['schema', 'summary'], temporaryFolder());
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ title: 'mcp-transport-bench run summary' });
});

describe('run', () => {
  const SCENARIO = {
    name: 'formats',
    title: 'A test',
    shows: 'That what a run writes down is written down.',
    scripts: [{ name: 'echo', steps: [{ call: 'echo', send: '64B' }] }],
    load: { model: 'closed' },
    warmup: '10ms',
    window: { calls: 20 },
  };

  it('appends its page to that of the CI step, and warns where it cannot', async () => {
    const folder = temporaryFolder();
    const scenario = fileIn(folder, 'formats.json', SCENARIO);
    const summary = fileIn(folder, 'step.md', 'before\n');
    const args = ['run', scenario, '--quick', '--trials', '1', '-t', 'loopback', '-o', 'r.json', '-f', 'markdown'];
    const ran = await runCommand(args, folder, undefined, { GITHUB_STEP_SUMMARY: summary });
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('Record: r.json\n') as string,
    });
    expect(readFileSync(summary, 'utf8')).toBe(`before\n\n\n${ran.stdout}`);
    const failed = await runCommand(args, folder, undefined, { GITHUB_STEP_SUMMARY: folder });
    expect(failed.code).toBe(0);
    expect(failed.stderr).toContain('nothing was appended to GITHUB_STEP_SUMMARY: EISDIR');
  });

  it('refuses before it runs what it could not write in the end', async () => {
    const folder = temporaryFolder();
    const scenario = fileIn(folder, 'formats.json', SCENARIO);
    fileIn(folder, 'file', '');
    const { code, stderr } = await runCommand(['run', scenario, '-f', 'hgrm=file/'], folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^cannot write file\/report\.hgrm: /);
    expect(readdirSync(folder).toSorted()).toEqual(['file', 'formats.json']);
  });

  it('writes a run so that it can be read again in every format', async () => {
    const folder = temporaryFolder();
    const scenario = fileIn(folder, 'formats.json', SCENARIO);
    const wanted = formatNames().flatMap((name) => ['-f', `${name}=out/${name}`]);
    const args = ['run', scenario, '--quick', '--trials', '1', '-t', 'loopback', '-o', 'r.json', ...wanted];
    const { code } = await runCommand(args, folder);
    expect(code).toBe(0);
    const again = reportOf(readRecord(join(folder, 'r.json')));
    for (const name of formatNames())
      expect(readFileSync(join(folder, 'out', name), 'utf8'), name).toBe((await loadFormat(name)).render(again));
  });
});
