import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listShipped, loadScenario } from './load-scenario.ts';
import { ScenarioError } from './scenario-error.ts';
import { SUITE_ORDER, SUITES } from './suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SHIPPED = [...Object.keys(SUITES), ...listShipped().map(({ name }) => name)].join(', ');
const GOOD = 'name: mine\ntitle: b\nshows: c\nload: { model: none }\npublish: [{ topic: f, rate: 1 }]\nwindow: 1s\n';

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

it('lists the suites’ scenarios first', () => {
  expect(SHIPPED).toMatch(/^article(, article-full)?, tool-calls, agent-loop, chatty, /);
});

describe('loadScenario', () => {
  it('a bare name is a shipped scenario', () => {
    expect(loadScenario('tool-calls')).toMatchObject({
      path: 'scenarios/tool-calls.yaml',
      draft: { name: 'tool-calls' },
    });
  });

  it.each(['mine.yaml', 'mine.yml', 'mine.json', 'mine'])('a path is a file: %s', (name) => {
    expect(loadScenario(write(name, GOOD)).draft.name).toBe('mine');
  });

  it('the file keeps its path in messages', () => {
    const path = write('bad.yaml', 'name: [');
    expect(() => loadScenario(path)).toThrow(`${path}:1:8: not YAML: `);
  });

  it.each([
    [
      'tol-calls',
      `no scenario named "tol-calls"; did you mean "tool-calls"? Shipped: ${SHIPPED}. A path to a file works too.`,
    ],
    ['', `no scenario named "". Shipped: ${SHIPPED}. A path to a file works too.`],
    ['..', `no scenario named "..". Shipped: ${SHIPPED}. A path to a file works too.`],
    ['\u001b[2J', `no scenario named "\\u001b[2J". Shipped: ${SHIPPED}. A path to a file works too.`],
    ['nowhere/none.yaml', 'nowhere/none.yaml: there is no such file'],
    ['none.json', 'none.json: there is no such file'],
    ['a\u0000.yaml', 'a\\u0000.yaml: cannot be read (ERR_INVALID_ARG_VALUE)'],
  ])('%j', (name, message) => {
    expect(() => loadScenario(name)).toThrow(new ScenarioError([message]));
  });

  it('a folder is not a file', () => {
    const path = join(folder, 'folder.yaml');
    mkdirSync(path);
    expect(() => loadScenario(path)).toThrow(new ScenarioError([`${path}: is a folder, expected a scenario file`]));
  });

  it.each<[string, Uint8Array, string]>([
    ['binary.yaml', Uint8Array.of(0x61, 0xff, 0xfe), 'is not UTF-8 text'],
    ['large.yaml', new Uint8Array(65_537).fill(0x23), 'larger than 64KiB, which no scenario is'],
  ])('%s', (name, content, message) => {
    const path = write(name, content);
    expect(() => loadScenario(path)).toThrow(new ScenarioError([`${path}: ${message}`]));
  });

  it('a device without end is read no further than a scenario goes', () => {
    expect(() => loadScenario('/dev/zero')).toThrow(ScenarioError);
  });
});

describe('listShipped', () => {
  it('lists the suite in its order, each under the name in its file', () => {
    const shipped = listShipped();
    expect(shipped.map(({ name }) => name).slice(0, SUITE_ORDER.length)).toEqual(SUITE_ORDER);
    for (const { name, path } of shipped) expect(loadScenario(path).draft.name).toBe(name);
  });
});
