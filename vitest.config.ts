import { defineConfig } from 'vitest/config';

const files = (...names: readonly string[]): string[] => names.map((name) => `test/${name}.test.ts`);

/** These look at times, or at a verdict that is about them: each has the machine to itself. */
const ALONE = files('connection-limits.study', 'doctor', 'gates', 'networks', 'proxies.study', 'trust');
/** These run the command, and count what it leaves behind by the ids of its own processes: another one beside it does no harm. */
const PROGRAMS = files(
  'base-head',
  'ci-docs',
  'drivers',
  'every-option',
  'failures',
  'merge',
  'package',
  'peer-servers-cli',
  'target-kinds',
  'targets',
  'usage',
  'verify',
);
/** Real processes on a shared machine: a test that fails twice has failed. */
const RETRY = 1;

/** Unit tests first, side by side; then what holds transports against each other and against others' programs, which waits more than it computes; then whole programs, two at a time; then the rest, one file at a time. */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'transports',
          include: ['test/**/*.test.ts'],
          exclude: [...PROGRAMS, ...ALONE],
          pool: 'forks',
          maxWorkers: 3,
          retry: RETRY,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'programs',
          include: PROGRAMS,
          pool: 'forks',
          maxWorkers: 2,
          retry: RETRY,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ALONE,
          pool: 'forks',
          fileParallelism: false,
          retry: RETRY,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
