import { expect, test } from 'vitest';
import { fixtureRecord } from '../../test/fixtures/record.ts';
import type { RunRecord } from '../result/record.ts';
import { againCommand, againNote } from './again.ts';

/** A run against somebody else's server, or not, with these words. */
function record(target: string, asked: readonly string[]): RunRecord {
  const own = fixtureRecord({ blocks: 1 });
  const arms = own.plan.arms.map((arm) => ({ ...arm, variant: { ...arm.variant, target } }));
  return { ...own, asked, plan: { ...own.plan, seed: 11, arms } };
}

test('what a shell would take apart is quoted', () => {
  expect(againCommand(record('it', ['chatty', '--command', 'it=node …', '--args', `{"a":"it's"}`]))).toBe(
    String.raw`npx mcp-transport-bench run chatty --command 'it=node …' --args '{"a":"it'\''s"}' --seed 11`,
  );
});

test('a run against a server of which not all is recorded says what to put in', () => {
  expect(againNote(record('it', ['--command', 'it=node …']))).toMatch(/^, each … replaced by what stood there: /);
});

test('nothing is to be put in where all is recorded, nor into a run of the tool’s own', () => {
  expect(againNote(record('it', ['--target', 'it=ws://127.0.0.1:1/mcp']))).toBe('');
  expect(againNote(record('embedded', ['my…scenario.yaml']))).toBe('');
});
