import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecord } from '../result/read-record.ts';
import type { StudyResult } from '../result/study.ts';
import type { StudyName } from '../scenario/study.ts';
import { studyContradictions } from './study-checks.ts';

/** A real run with every study in it. */
const { studies } = readRecord(join(import.meta.dirname, '../../results/reference/article-full.json'));

type Json = Record<string, unknown>;

/** A copy of the study with the data of one of its steps, the first that was measured and has what is asked for. */
interface Picked {
  readonly copy: StudyResult;
  readonly position: number;
  readonly data: Json;
}

function pick(study: StudyResult, has: (data: Json) => boolean): Picked | undefined {
  const copy = structuredClone(study);
  for (const [position, step] of copy.steps.entries()) {
    if (step.status === 'measured' && has(step.data)) return { copy, position, data: step.data };
  }
  return undefined;
}

const at = (root: Json, ...keys: readonly (string | number)[]): Json =>
  keys.reduce<Json>((value, key) => value[key] as Json, root);

test('in a real run nothing contradicts anything, whatever the study', () => {
  expect(new Set(studies.map(({ study }) => study)).size).toBe(8);
  expect(studies.flatMap(studyContradictions)).toEqual([]);
});

const always = (): boolean => true;

test.each<[StudyName, string, (data: Json) => void, ((data: Json) => boolean)?]>([
  ['binary', 'timesNs', (data) => (data['timesNs'] as unknown[]).pop()],
  ['connection-limits', 'opened', (data) => (data['opened'] = Number(data['asked']) + 1)],
  [
    'connection-limits',
    'opened',
    (data) => (data['opened'] = Number(data['opened']) - 1),
    (data) => at(data, 'limit')['kind'] === 'none',
  ],
  ['listeners', 'receiving.published', (data) => (at(data, 'receiving')['published'] = 1e6)],
  [
    'listeners',
    'receiving.delivery',
    (data) => (at(data, 'receiving')['delivery'] = { p50Ns: 1, p99Ns: 2, maxNs: 2 }),
    (data) => data['listeners'] === 0,
  ],
  [
    'listeners',
    'cutOff.others.delivery.p99Ns',
    (data) => (at(data, 'cutOff', 'others', 'delivery')['p99Ns'] = 1),
    hasCutOff,
  ],
  ['listeners', 'cutOff.cut.published', (data) => (at(data, 'cutOff', 'cut')['lost'] = 999), hasCutOff],
  [
    'multi-server',
    'streams.firstEventNs',
    (data) => (at(data, 'streams')['streams'] = 7_777),
    (data) => data['streams'] !== null,
  ],
  [
    'multi-server',
    'streams.delivered',
    (data) => (at(data, 'streams')['delivered'] = 1e6),
    (data) => data['streams'] !== null,
  ],
  [
    'multi-server',
    'rounds[1].callsNs.count',
    (data) => (at(data, 'rounds', 1)['due'] = 1e6),
    (data) => data['rounds'] !== null,
  ],
  [
    'multi-server',
    'rounds[0].deliveryNs.count',
    (data) => (at(data, 'rounds', 0)['lost'] = 5),
    (data) => data['rounds'] !== null,
  ],
  [
    'multi-server',
    'rounds[0].callsNs.count',
    (data) => (at(data, 'rounds', 0, 'callsNs')['hdr'] = 'x'),
    (data) => data['rounds'] !== null,
  ],
  ['proxies', 'calls.hopNs', (data) => (at(data, 'calls')['hopNs'] as unknown[]).pop(), passes],
  ['proxies', 'calls.directNs', (data) => (at(data, 'calls')['asked'] = 1), passes],
  ['proxies', 'events.delaysNs', (data) => (at(data, 'events')['published'] = 99)],
  ['reconnect', 'books.published', (data) => (at(data, 'books')['due'] = 0)],
  ['reconnect', 'cuts[0].firstEventNs', (data) => (at(data, 'cuts', 0)['firstEventNs'] = null), isBack],
  ['reconnect', 'cuts[0].session', (data) => (at(data, 'cuts', 0)['session'] = 'lost'), isBack],
  [
    'connect',
    'connecting.cold.firstResultNs',
    (data) => (at(data, 'connecting', 'cold')['readyNs'] = 1e12),
    (data) => data['connecting'] !== null,
  ],
  [
    'connect',
    'connecting.warm[0].firstResultNs',
    (data) => (at(data, 'connecting', 'warm', 0)['firstResultNs'] = 0),
    (data) => data['connecting'] !== null,
  ],
])('an edited step of %s stands out: %s', (name, key, edit, has = always) => {
  const [picked] = studies.filter((one) => one.study === name).flatMap((study) => pick(study, has) ?? []);
  if (picked === undefined) throw new Error(`no step of ${name} has that`);
  const { copy, position, data } = picked;
  edit(data);
  const found = studyContradictions(copy);
  expect(found.map((one) => one.key)).toContain(key);
  expect(found.map(({ place }) => place)).toEqual(found.map(() => ['steps', position, 'data']));
});

function hasCutOff(data: Json): boolean {
  return data['cutOff'] !== null;
}

function passes(data: Json): boolean {
  return at(data, 'calls')['error'] === null && (at(data, 'calls')['hopNs'] as unknown[]).length > 2;
}

function isBack(data: Json): boolean {
  return at(data, 'cuts', 0)?.['back'] === true;
}
