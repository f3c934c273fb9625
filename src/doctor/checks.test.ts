/** What is made of a machine's files, and of what was watched, at the edges. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { fakeRoot } from '../../test/fixtures/fake-root.ts';
import { milliseconds, nanoseconds, seconds } from '../units.ts';
import { type Check, type CheckWord, namesWith, worstOf } from './check.ts';
import type { Lateness } from './commands.ts';
import { readPressure } from './pressure.ts';
import { processorChecks } from './processor-checks.ts';
import { roomChecks } from './room-checks.ts';
import { watchChecks } from './watch-checks.ts';
import type { MachineWatch } from './watch-cores.ts';

const PINNED = { kind: 'pinned', endpointCpu: 0, driverCpu: 1, relayCpu: 1 } as const;
const named = (checks: readonly Check[], name: string): Check => {
  const found = checks.find((check) => check.name === name);
  if (found === undefined) throw new Error(`there is no check of ${name}`);
  return found;
};
const cores = (list: string) => ({ 'proc/self/status': `Cpus_allowed_list:\t${list}\n` });
const cpu = (path: string): string => `sys/devices/system/cpu/${path}`;

const processor = (name: string, files: Readonly<Record<string, string>>): Check =>
  named(processorChecks(fakeRoot(files), PINNED), name);

describe('the processor', () => {
  test.each<[name: string, word: CheckWord, files: Record<string, string>]>([
    ['cores', 'ok', cores('0-3')],
    ['cores', 'note', cores('0-2')],
    ['quota', 'ok', {}],
    ['quota', 'note', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '200000 100000' }],
    ['quota', 'doubt', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '199000 100000' }],
    ['frequency', 'note', {}],
    ['frequency', 'ok', { [cpu('cpu0/cpufreq/scaling_governor')]: 'performance\n' }],
    ['frequency', 'note', { [cpu('cpu0/cpufreq/scaling_governor')]: 'powersave\n' }],
    [
      'frequency',
      'note',
      { [cpu('cpu0/cpufreq/scaling_governor')]: 'performance\n', [cpu('intel_pstate/no_turbo')]: '0\n' },
    ],
    [
      'frequency',
      'ok',
      { [cpu('cpu0/cpufreq/scaling_governor')]: 'performance\n', [cpu('intel_pstate/no_turbo')]: '1\n' },
    ],
    ['frequency', 'note', { [cpu('cpu0/cpufreq/scaling_governor')]: 'performance\n', [cpu('cpufreq/boost')]: '1\n' }],
    ['threads', 'ok', { ...cores('0-3'), [cpu('cpu0/topology/thread_siblings_list')]: '0,2\n' }],
    ['threads', 'ok', { ...cores('0-3'), [cpu('cpu0/topology/thread_siblings_list')]: '0\n' }],
    ['threads', 'doubt', { ...cores('0-3'), [cpu('cpu0/topology/thread_siblings_list')]: '0-1\n' }],
    ['virtualisation', 'ok', {}],
    ['virtualisation', 'note', { 'proc/cpuinfo': 'flags : hypervisor\n' }],
    ['clock source', 'ok', { 'sys/devices/system/clocksource/clocksource0/current_clocksource': 'kvm-clock\n' }],
    ['clock source', 'doubt', { 'sys/devices/system/clocksource/clocksource0/current_clocksource': 'hpet\n' }],
  ])('%s: %s with %j', (name, word, files) => {
    const check = processor(name, files);
    expect(check.word).toBe(word);
    expect([check.saw, check.means].every((text) => text.length > 0)).toBe(true);
    expect(check.todo === '').toBe(word === 'ok');
  });

  it('says why a run would leave its processes to the scheduler', () => {
    const checks = processorChecks(fakeRoot({}), { kind: 'free', because: 'there is one core' });
    expect(named(checks, 'cores')).toMatchObject({ word: 'doubt' });
    expect(named(checks, 'cores').saw).toContain('there is one core');
  });
});

const limits = (files: string) => ({ 'proc/self/limits': `Max open files            ${files}   4096      files\n` });
const memory = (mib: number) => ({ 'proc/meminfo': `MemTotal: 9 kB\nMemAvailable:   ${mib * 1024} kB\n` });

describe('room', () => {
  const room = (name: string, files: Record<string, string>, nodeVersion = '20.19.0'): Check =>
    named(roomChecks({ root: fakeRoot(files), path: '', nodeVersion }), name);

  test.each<[name: string, word: CheckWord, files: Record<string, string>]>([
    ['open files', 'ok', limits('2060')],
    ['open files', 'note', limits('2056')],
    ['open files', 'note', limits('256')],
    ['open files', 'cannot', limits('255')],
    ['open files', 'ok', limits('unlimited')],
    ['open files', 'note', {}],
    ['memory', 'ok', memory(1024)],
    ['memory', 'doubt', memory(1023)],
    ['memory', 'doubt', memory(200)],
    ['memory', 'cannot', memory(199)],
    ['memory', 'note', {}],
  ])('%s: %s with %j', (name, word, files) => {
    expect(room(name, files).word).toBe(word);
  });

  test.each([
    ['20.18.9', 'cannot'],
    ['18.20.0', 'cannot'],
    ['20.19.0', 'ok'],
    ['22.0.0', 'ok'],
  ] as const)('Node %s: %s', (version, word) => {
    expect(room('Node', {}, version).word).toBe(word);
  });

  it('says how many connections the files allow', () => {
    expect(room('open files', limits('1060')).means).toContain('250 SSE clients, 1,000 of one socket');
  });

  it('names the programs that are not there, and the scenarios that want them', () => {
    const bin = fakeRoot({});
    const look = (): readonly Check[] => roomChecks({ root: fakeRoot({}), path: bin, nodeVersion: '20.19.0' });
    const install = (program: string): void => {
      writeFileSync(join(bin, program), '');
      chmodSync(join(bin, program), 0o755);
    };
    expect(named(look(), 'proxies')).toMatchObject({ word: 'note', saw: 'no nginx, no HAProxy' });
    expect(named(look(), 'browser')).toMatchObject({ word: 'note' });
    install('nginx');
    expect(named(look(), 'proxies').saw).toBe('no HAProxy');
    install('haproxy');
    install('chromium');
    expect(look().filter(({ name }) => name === 'proxies' || name === 'browser')).toMatchObject([
      { word: 'ok' },
      { word: 'ok' },
    ]);
  });
});

const late = (p99Ms: number): Lateness => ({
  count: 100,
  p50Ns: milliseconds(0.1),
  p99Ns: milliseconds(p99Ms),
  maxNs: milliseconds(90),
});

interface Seen {
  readonly pauseMs?: number;
  readonly timerMs?: number;
  readonly pacerMs?: number;
}

const watchOf = (seen: Seen = {}, special: Partial<MachineWatch> = {}): MachineWatch => ({
  cores: [0, 1].map((core) => ({
    core,
    watched: {
      // Only the second core has it.
      hiccups: { maxNs: milliseconds(core * (seen.pauseMs ?? 0)), totalNs: milliseconds(0) },
      timers: late(core * (seen.timerMs ?? 0)),
      pacer: late(core * (seen.pacerMs ?? 0)),
    },
  })),
  durationNs: seconds(7),
  clock: { comparable: true, offsetLowNs: nanoseconds(0), offsetHighNs: nanoseconds(0), evidence: 'same' },
  use: { othersCores: 0, resolutionCores: 0.1, throttledPeriods: 0, throttledNs: nanoseconds(0) },
  pressure: 0,
  ...special,
});

const QUIET = watchOf();

describe('what was watched', () => {
  it('is all right on a quiet machine', () => {
    expect(watchChecks(QUIET).map(({ word }) => word)).toEqual(QUIET_WORDS);
  });
  const QUIET_WORDS = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok'];

  const used = (othersCores: number | null, throttledPeriods = 0): Partial<MachineWatch> => ({
    use: { othersCores, resolutionCores: 0.1, throttledPeriods, throttledNs: nanoseconds(throttledPeriods * 1e6) },
  });

  test.each<[name: string, within: MachineWatch, beyond: MachineWatch]>([
    ['pauses', watchOf({ pauseMs: 25 }), watchOf({ pauseMs: 25.1 })],
    ['timers', watchOf({ timerMs: 20 }), watchOf({ timerMs: 20.1 })],
    ['pacer', watchOf({ pacerMs: 3 }), watchOf({ pacerMs: 3.1 })],
    ['other work', watchOf({}, used(0.35)), watchOf({}, used(0.351))],
    ['pressure', watchOf({}, { pressure: 0.1 }), watchOf({}, { pressure: 0.101 })],
    ['throttling', watchOf({}, used(0)), watchOf({}, used(0, 1))],
    ['clocks', QUIET, watchOf({}, { clock: { ...QUIET.clock, comparable: false } })],
  ])('%s: a doubt beyond its limit, and no other', (name, within, beyond) => {
    expect(named(watchChecks(within), name).word).toBe('ok');
    expect(namesWith(watchChecks(beyond), 'doubt')).toEqual([name]);
    expect(named(watchChecks(beyond), name).todo).not.toBe('');
  });

  it('names the core that it was on', () => {
    expect(named(watchChecks(watchOf({ pauseMs: 31 })), 'pauses').saw).toContain('31.0 ms on core 1');
  });

  it('is not known where the system does not say', () => {
    const checks = watchChecks(watchOf({}, { use: undefined, pressure: undefined }));
    expect(named(checks, 'other work')).toMatchObject({ word: 'note', saw: 'not visible' });
    expect(named(checks, 'pressure').word).toBe('ok');
  });

  it('reads how long somebody has waited', () => {
    const text = 'some avg10=1.00 avg60=2.00 avg300=3.00 total=4837\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=9\n';
    expect(readPressure(fakeRoot({ 'proc/pressure/cpu': text }))).toEqual({ waitedNs: 4_837_000 });
    expect(readPressure(fakeRoot({}))).toBeUndefined();
  });
});

test('the worst word is that of all', () => {
  const check = (word: CheckWord): Check => ({ name: word, word, saw: '', means: '', todo: '' });
  expect(worstOf([])).toBe('ok');
  expect(worstOf([check('doubt'), check('note'), check('ok')])).toBe('doubt');
  expect(worstOf([check('note'), check('cannot'), check('doubt')])).toBe('cannot');
});
