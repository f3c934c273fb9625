import { describe, expect, it } from 'vitest';
import * as golden from '../../../test/golden/reports.ts';
import { reportOf } from '../report-of.ts';
import { displayWidth } from '../wrap.ts';
import { format as csv } from './csv.ts';
import { format as hgrm } from './hgrm.ts';
import { format as json } from './json.ts';
import { format as junit } from './junit.ts';
import { format as markdown } from './markdown.ts';
import { format as prometheus } from './prometheus.ts';
import { format as table } from './table.ts';

const RECORDS = {
  rich: golden.richRecord,
  'same-twice': golden.sameTwiceRecord,
  partial: golden.partialRecord,
  'nothing-valid': golden.nothingValidRecord,
  'many-arms': golden.manyArmsRecord,
  'all-arms': golden.allArmsRecord,
  targets: golden.targetsRecord,
  networks: golden.networksRecord,
  'fan-out': golden.fanOutRecord,
  'gate-pass': () => golden.gateRecord('pass'),
  'gate-fail': () => golden.gateRecord('fail'),
  'gate-inconclusive': () => golden.gateRecord('inconclusive'),
  'gate-strange': () => golden.strangeGateRecord('\u001b[2J<b>|@someone\n=1+1'),
} as const;
/** A terminal's control characters, line ends excepted. */
const CONTROL = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe.each(Object.entries(RECORDS))('%s', (name, make) => {
  const record = make();
  const report = reportOf(record);

  it('is the golden table', async () => {
    await expect(table.render(report)).toMatchFileSnapshot(`../../../test/golden/${name}.table.txt`);
  });
  it('is the golden Markdown', async () => {
    await expect(markdown.render(report)).toMatchFileSnapshot(`../../../test/golden/${name}.markdown.md`);
  });
  it('is at most a hundred columns wide', () => {
    for (const line of table.render(report).split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(100);
  });
  it('holds nothing that a terminal would obey', () => {
    expect(table.render(report)).not.toMatch(CONTROL);
    expect(markdown.render(report)).not.toMatch(CONTROL);
  });
  it('comes out the same twice', () => {
    const again = reportOf(make());
    for (const format of [table, markdown, json, junit, csv, prometheus])
      expect(format.render(again)).toBe(format.render(report));
  });
  it('gives the record back from JSON', () => {
    const text = json.render(report);
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(record)));
  });
});

describe('every trial of two builds', () => {
  const report = reportOf(golden.buildsRecord());

  it.each([csv, hgrm, junit, prometheus])('is the golden $name', async ({ fileExtension, render }) => {
    await expect(render(report)).toMatchFileSnapshot(`../../../test/golden/builds${fileExtension}`);
  });
  it('is the golden summary', async () => {
    await expect(json.renderSummary?.(report)).toMatchFileSnapshot('../../../test/golden/builds.summary.json');
  });
});

const EVIL = '\u001b[2J|<script>@someone\n# ' + 'x'.repeat(300);

describe.each([
  ['a run', golden.strangeRecord(EVIL)],
  ['a run that was judged', golden.strangeGateRecord(EVIL)],
])('text of strangers in %s', (_what, record) => {
  const report = reportOf(record);

  it('neither breaks the width nor the terminal', () => {
    const text = table.render(report);
    expect(text).not.toMatch(CONTROL);
    for (const line of text.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(100);
  });
  it('neither breaks the tables nor the page', () => {
    const text = markdown.render(report);
    expect(text).not.toContain('<script>');
    expect(text).not.toMatch(/@someone/);
    expect(text).not.toMatch(CONTROL);
  });
});

describe('a page too long for a comment', () => {
  const many = golden.manyArmsRecord();
  const long = { ...golden.gateRecord('fail'), environment: { ...many.environment, kernel: '@'.repeat(70_000) } };

  it.each([
    ['text without end', golden.strangeRecord('@'.repeat(20_000))],
    ['a verdict of text without end', golden.strangeGateRecord('\u{10fffd}@'.repeat(20_000))],
    ['a machine of text without end', long],
    ['a thousand findings', golden.thousandFindingsRecord()],
  ])('keeps to the limit with %s, says that something is left out, and leaves nothing open', (_what, record) => {
    const page = markdown.render(reportOf(record));
    expect(page.length).toBeLessThanOrEqual(60_000);
    expect(page).toMatch(/\d+ of the \d+ parts of this page are left out|\d+ more findings have no room here/);
    expect(page.match(/<details>/g)?.length).toBe(page.match(/<\/details>/g)?.length);
  });

  it('has the verdict and the doubts all the same', () => {
    const page = markdown.render(reportOf(long));
    expect(page).toContain('**FAILED: 2 of 10 checks do not hold');
    expect(page).toContain('| **FAILED** | endpoint-cpu');
    expect(page).toContain('How far to trust this');
    expect(page).toMatch(/1 of the \d+ parts of this page are left out/);
  });
});
