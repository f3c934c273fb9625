/** Every option that a transport says it has, through the whole program: it runs, its arms match, and its books balance. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecord } from '../src/result/read-record.ts';
import { isValid } from '../src/result/record.ts';
import { armWord } from '../src/scenario/arm-word.ts';
import { COMPRESSIONS, HTTP_VERSIONS, REPLY_MODES, type Variant, defaultVariant } from '../src/scenario/variant.ts';
import { loadTransport, transportNames } from '../src/transports/discover.ts';
import { fileIn, runCommand, temporaryFolder } from './fixtures/command.ts';

/** One axis at a time, away from what goes without saying. */
const STEPS: readonly Partial<Variant>[] = [
  { protocol: '2026-07-28' },
  ...HTTP_VERSIONS.map((http) => ({ http })),
  { tls: true },
  { http: '2', tls: true },
  ...COMPRESSIONS.map((compression) => ({ compression })),
  ...REPLY_MODES.map((reply) => ({ reply })),
  { client: 'sdk' },
  { client: 'lean' },
];

const SCENARIO = {
  name: 'options',
  title: 'A test',
  shows: 'That an option works.',
  scripts: [{ name: 'echo', steps: [{ call: 'echo', send: '64B' }] }],
  load: { model: 'closed' },
  warmup: '10ms',
  window: { calls: 20 },
};

test.each(transportNames())('%s', { timeout: 180_000 }, async (name) => {
  const transport = await loadTransport(name);
  const [usual = null] = transport.replies;
  const variants = STEPS.map((step): Variant => ({ ...defaultVariant(name, usual), ...step }));
  const words = [
    ...new Set(
      variants.filter((variant) => transport.supports(variant).supported).map((variant) => armWord(variant, usual)),
    ),
  ];
  expect(words).toContain(name);
  const folder = temporaryFolder();
  const file = fileIn(folder, 'options.json', SCENARIO);
  const path = join(folder, 'record.json');
  const args = ['run', file, '--quick', '--trials', '1', '-t', words.join(','), '-o', path];
  const { code, stderr } = await runCommand(args, folder);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const { plan, trials, unsupported } = readRecord(path);
  expect(unsupported).toEqual([]);
  expect(plan.arms.map(({ id }) => id)).toEqual(words);
  for (const { armId, measurements } of trials) {
    expect(measurements.map(isValid), armId).toEqual([true]);
    expect(measurements[0]?.calls, armId).toMatchObject({ due: 20, ok: 20 });
  }
});
