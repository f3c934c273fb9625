import { describe, expect, it } from 'vitest';
import { STUDY_SETTINGS } from '../../scenario/study-settings.ts';
import { loadScenario } from '../../scenario/load-scenario.ts';
import { quickStudy } from '../../scenario/study-schema.ts';
import type { StudySettings } from '../../scenario/study-settings.ts';
import { type ReconnectSubject, readSubject, subjectsOf, watches } from './subjects.ts';

const settings = (change: object): StudySettings['reconnect'] => STUDY_SETTINGS.reconnect.parse(change);
const all = subjectsOf(settings({ retries: ['stated', 'default'] })).map(readSubject);
const of = (wanted: Partial<ReconnectSubject>): readonly ReconnectSubject[] =>
  all.filter((one) => Object.entries(wanted).every(([key, value]) => one[key as keyof ReconnectSubject] === value));

describe('the subjects of the study of lost connections', () => {
  it('are each planned once', () => {
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(all.length);
  });

  it('give every client every kind of cut', () => {
    for (const client of [
      'eventsource',
      'ws',
      'ws-resume',
      'streamable-http-2025-11-25',
      'streamable-http-2026-07-28',
    ] as const)
      expect(new Set(of({ client }).map(({ cut }) => cut)).size).toBe(5);
  });

  it('give both buffers to whoever can ask for what was missed, and one to the others', () => {
    expect(of({ client: 'eventsource', cut: 'rst' }).map(({ buffer }) => buffer)).toEqual(['none', 'replay']);
    expect(of({ client: 'ws', cut: 'rst' }).map(({ buffer }) => buffer)).toEqual(['none']);
    expect(of({ client: 'streamable-http-2026-07-28', cut: 'rst' })).toHaveLength(1);
  });

  it('have heartbeats where something waits for silence', () => {
    expect(new Set(of({ heartbeats: 'on' }).map(({ cut }) => cut))).toEqual(new Set(['idle-timeout', 'black-hole']));
  });

  it('have a watched source where it watches, and who watches only where there are heartbeats', () => {
    expect(of({ client: 'eventsource-watched' }).every(watches)).toBe(true);
    expect(of({ heartbeats: 'off' }).some(watches)).toBe(false);
    expect(of({ client: 'eventsource', heartbeats: 'on' }).some(watches)).toBe(false);
  });

  it('show a client’s own wait where it has one', () => {
    expect(new Set(of({ retry: 'default' }).map(({ client }) => client))).toEqual(
      new Set(['eventsource', 'streamable-http-2025-11-25']),
    );
  });

  it('are fewer with --quick', () => {
    const file = loadScenario('reconnect');
    if (file.kind !== 'study') throw new Error('a workload');
    const quick = quickStudy(file.draft).settings as StudySettings['reconnect'];
    expect(subjectsOf(quick)).toHaveLength(8);
  });
});
