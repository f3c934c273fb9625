import { defineConfig } from 'vitest/config';

/** These run the command, count what it leaves behind, or look at times: each has the machine to itself. */
const ALONE = [
  'base-head',
  'ci-docs',
  'connection-limits.study',
  'doctor',
  'every-option',
  'failures',
  'gates',
  'merge',
  'networks',
  'package',
  'peer-servers-cli',
  'proxies.study',
  'target-kinds',
  'targets',
  'trust',
  'usage',
  'verify',
].map((name) => `test/${name}.test.ts`);
/** Real processes on a shared machine: a test that fails twice has failed. */
const RETRY = 1;

/** Unit tests first, side by side; then what holds transports against each other and against others' programs; then the rest, one file at a time. */
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
          exclude: ALONE,
          pool: 'forks',
          maxWorkers: 2,
          retry: RETRY,
          sequence: { groupOrder: 1 },
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
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
