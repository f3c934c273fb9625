/** The documents against the program: what there is is described, and what is shown is there. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { formatNames, loadFormat } from '../src/report/discover.ts';
import { DOUBT_ORDER } from '../src/report/doubt-text.ts';
import { readRecord } from '../src/result/read-record.ts';
import type { MetricUnit } from '../src/scenario/metric.ts';
import { claimHeads } from '../src/claims/all.ts';
import { reportOf } from '../src/report/report-of.ts';
import { listShipped } from '../src/scenario/load-scenario.ts';
import { parseScenario } from '../src/scenario/parse-scenario.ts';
import { SUITES } from '../src/scenario/suite.ts';
import { METRICS } from '../src/stats/metrics.ts';
import { splitCommand } from '../src/target/split-command.ts';
import { METRIC_NAMES } from '../src/stats/summary.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const README = read('README.md');
const METHODOLOGY = read('docs/methodology.md');

/** The cells of the one table row that begins with this name; empty where there is none. */
function rowOf(name: string): readonly string[] {
  const rows = METHODOLOGY.split('\n').filter((line) => line.trim().startsWith(`| \`${name}\` |`));
  expect(rows, `rows for ${name} in docs/methodology.md`).toHaveLength(1);
  return (rows[0] ?? '')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

const UNIT_WORDS: Readonly<Record<MetricUnit, string>> = {
  ns: 'ns',
  'per-second': 'per second',
  bytes: 'bytes',
  us: 'µs',
  share: 'share',
  count: 'count',
};

describe('docs/methodology.md', () => {
  it.each(METRIC_NAMES)('defines %s, with its unit and the difference that matters', (name) => {
    const { unit, exact, margin } = METRICS[name];
    const [, unitWord, formula, marginWord] = rowOf(name);
    expect(unitWord).toBe(UNIT_WORDS[unit]);
    expect(formula).not.toBe('');
    expect(marginWord).toBe(exact ? 'exact' : `${Math.round(margin * 100)} %`);
  });

  it.each(DOUBT_ORDER)('says what %s rests on', (kind) => {
    expect(rowOf(kind)).toHaveLength(4);
  });

  it.each(claimHeads())('gives the rule of $id as the code has it', ({ id, kind, rule }) => {
    expect(rowOf(id)).toEqual([`\`${id}\``, kind, rule]);
  });
});

interface Fence {
  readonly language: string;
  readonly text: string;
}

const fencesIn = (markdown: string): readonly Fence[] =>
  [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));

/** The commands of the blocks that are meant for a shell, without comments. */
const commandsIn = (markdown: string): readonly string[] =>
  fencesIn(markdown)
    .filter(({ language }) => language === 'bash')
    .flatMap(({ text }) => text.split('\n'))
    .flatMap((line) => line.replace(/\s+#.*$/, '').split(' && '))
    .map((command) => command.trim())
    .filter((command) => command !== '' && !command.startsWith('#'));

/** Words up to a redirection or a pipe. */
function wordsOf(command: string): readonly string[] {
  const split = splitCommand((command.split(/\s[>|]/, 1)[0] ?? '').trim());
  if (!split.ok) throw new Error(`${command}: ${split.why}`);
  return split.argv;
}

const TOOL = /^(?:npx mcp-transport-bench|node bin\/mcp-transport-bench\.js)(?: |$)/;
/** Flags that stand alone; every other one takes the next word. */
const SWITCHES = new Set(['--quick', '--summary', '--calibrate', '--control', '--help', '--version']);

interface Invocation {
  readonly subcommand: string;
  readonly flags: readonly string[];
  readonly operands: readonly string[];
}

function invocationOf(command: string): Invocation {
  const [subcommand = '', ...rest] = wordsOf(command.replace(TOOL, ''));
  const flags: string[] = [];
  const operands: string[] = [];
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? '';
    if (!word.startsWith('-')) operands.push(word);
    else {
      flags.push(word);
      if (!SWITCHES.has(word)) index += 1;
    }
  }
  return { subcommand, flags, operands };
}

async function helpOf(subcommand: string): Promise<string> {
  const program = join(ROOT, 'bin', 'mcp-transport-bench.js');
  const { stdout } = await promisify(execFile)(process.execPath, [program, subcommand, '--help']);
  return stdout;
}

const DOCUMENTS = ['README.md', 'docs/adding-a-transport.md'];
const commands = DOCUMENTS.flatMap((path) => commandsIn(read(path)).map((command) => ({ path, command })));
const ours = commands.filter(({ command }) => TOOL.test(command));
const npms = commands.filter(({ command }) => command.startsWith('npm '));

describe('commands that are shown', () => {
  it('are of a kind that is looked at here', () => {
    const others = commands.filter((one) => !ours.includes(one) && !npms.includes(one)).map(({ command }) => command);
    expect(others.filter((command) => !/^npx (?:vitest|-p node@24) /.test(command))).toEqual([]);
    expect(ours.length).toBeGreaterThan(4);
  });

  it.each(ours)('$command', async ({ command }) => {
    const { subcommand, flags, operands } = invocationOf(command);
    // An unknown subcommand would print the general help: its own begins with its own name.
    const help = await helpOf(subcommand);
    expect(help).toMatch(new RegExp(`^Usage: mcp-transport-bench ${subcommand} `));
    for (const flag of flags) expect(help).toMatch(new RegExp(`(?:^|[\\s,])${flag}[\\s,]`, 'm'));
    const runnable = [...listShipped().map(({ name }) => name), ...Object.keys(SUITES)];
    const named = subcommand === 'run' ? operands.filter((operand) => !operand.includes('.')) : [];
    expect(named.filter((operand) => !runnable.includes(operand))).toEqual([]);
  });

  it.each(npms)('$command', ({ command }) => {
    const [, verb, script] = wordsOf(command);
    const known =
      verb === 'run' ? Object.keys(manifest.scripts).includes(script ?? '') : ['ci', 'test'].includes(verb ?? '');
    expect(known).toBe(true);
  });
});

describe('docs/formats.md', () => {
  const page = read('docs/formats.md');

  it('describes every format, and no other', () => {
    const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading ?? '');
    expect(headings.toSorted()).toEqual(formatNames());
  });

  it('shows what the formats write', () => {
    const examples = fencesIn(page);
    const golden = readdirSync(join(ROOT, 'test/golden'))
      .filter((name) => /^(?:builds|gate-fail)\./.test(name))
      .flatMap((name) => read(`test/golden/${name}`).split(/\r?\n/));
    expect(examples).toHaveLength(formatNames().length);
    for (const line of examples.flatMap(({ text }) => text.trimEnd().split('\n'))) expect(golden).toContain(line);
  });
});

describe('README.md', () => {
  it('shows scenarios that are scenarios', () => {
    const scenarios = fencesIn(README).filter(({ language }) => language === 'yaml');
    const files = scenarios.filter(({ text }) => text.startsWith('name: '));
    expect(files.length).toBeGreaterThan(0);
    for (const { text } of files) expect(() => parseScenario(text, 'README.md')).not.toThrow();
  });

  it('has a place for a real run', () => {
    expect(README).toMatch(/<!-- output:run -->\n```text\nmcp-transport-bench \d.*?\n```\n<!-- \/output:run -->/s);
  });
});

describe('results/reference', () => {
  const record = readRecord(join(ROOT, 'results/reference/article-full.json'));
  const report = reportOf(record);

  const rendered = async (format: string): Promise<string> => (await loadFormat(format)).render(report);

  it('holds a whole run that answers every claim', () => {
    expect(record.status).toBe('complete');
    const unanswered = report.claims.filter(({ finding }) => finding.verdict.word === 'not measured');
    expect(unanswered.map(({ id }) => id)).toEqual([]);
  });

  it('has the page that the record makes today', async () => {
    expect(read('results/reference/article-full.md')).toBe(await rendered('markdown'));
  });

  it('is what the README shows, but for what is cut out of its middle', async () => {
    const [, shown = ''] = /<!-- output:run -->\n```text\n(.*?)```\n/s.exec(README) ?? [];
    const [before = '', after = ''] = shown.split(/^\[… .*\]$/m);
    const whole = await rendered('table');
    expect(before.length).toBeGreaterThan(1_000);
    expect(whole.startsWith(before)).toBe(true);
    expect(whole.endsWith(after.trimStart())).toBe(true);
  });
});

describe('README.md, written by programs', () => {
  it('shows the servers that were measured, as the test wrote them down', () => {
    expect(README).toContain(`<!-- output:peers -->\n${read('test/golden/peers.md').trim()}\n<!-- /output:peers -->`);
  });

  it('has a place for a run over all arms', () => {
    expect(README).toMatch(/<!-- output:all -->\n```text\n.*?Streamable HTTP.*?\n```\n<!-- \/output:all -->/s);
  });
});

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
].filter((path) => path.endsWith('.md'));

it.each(pages)('every link of %s leads somewhere', (path) => {
  const links = [...read(path).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
  expect(links.filter((target) => !existsSync(join(ROOT, dirname(path), target)))).toEqual([]);
});

it('every decision stands in the index, and the index holds no other', () => {
  const index = read('docs/decisions/README.md');
  const listed = [...index.matchAll(/\((\d{4}-[\w-]+\.md)\)/g)].map(([, name]) => name);
  const present = readdirSync(join(ROOT, 'docs/decisions')).filter((name) => /^\d{4}-/.test(name));
  expect(listed).toEqual(present.toSorted());
  for (const name of present) {
    const headings = [...read(`docs/decisions/${name}`).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings, name).toEqual(['Context', 'Options', 'Decision', 'What would change our mind']);
  }
});
