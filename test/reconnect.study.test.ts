/** The study of lost connections, through the whole program: what must hold of it on every machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { StudyData } from '../src/result/study-data.ts';
import { milliseconds } from '../src/units.ts';
import { studySteps } from '../src/stats/study-steps.ts';
import { eventually, fileIn, leftOf, startCommand, temporaryFolder } from './fixtures/command.ts';
import { runStudy } from './fixtures/run-study.ts';

const CUTS = 10;
const RETRY_MS = 20;

const HEAD = { title: 'A test', shows: 'What a test needs.', study: 'reconnect' };
/** Ten cuts in a row, with waits and events as short as a timer is exact. */
const TEN_CUTS = {
  name: 'ten-cuts',
  ...HEAD,
  settings: {
    clients: ['eventsource', 'ws', 'ws-resume', 'streamable-http-2025-11-25'],
    cuts: ['fin'],
    cutsPerStep: CUTS,
    rate: '200/s',
    retry: `${RETRY_MS}ms`,
    giveUp: '2500ms',
  },
};

type Cut = StudyData['reconnect']['cuts'][number];

const folderOfFiles = mkdtempSync(join(tmpdir(), 'mcp-transport-bench-'));
afterAll(() => rmSync(folderOfFiles, { recursive: true }));
const file = (name: string, content: object): string => fileIn(folderOfFiles, `${name}.json`, content);

describe('ten cuts', async () => {
  const back = ['eventsource', 'ws-resume', 'streamable-http-2025-11-25'];
  const { record, code } = await runStudy([file('ten-cuts', TEN_CUTS)]);
  const steps = studySteps(record, 'reconnect');
  const dataOf = (client: string, buffer: string) => {
    const found = steps.find(({ subject }) => subject['client'] === client && subject['buffer'] === buffer)?.outcome;
    if (found?.status !== 'measured') throw new Error(`${client}, ${buffer}: ${JSON.stringify(found)}`);
    return found.data;
  };
  const away = (cuts: readonly Cut[]): number =>
    cuts.reduce((sum, { publishedWhileAway }) => sum + publishedWhileAway, 0);

  test('are measured of every client, and the command ends well', () => {
    expect(code).toBe(0);
    expect(steps).toHaveLength(7);
    for (const { outcome } of steps) expect(outcome.status).toBe('measured');
  });

  test.each(back)(
    '%s: with a buffer nothing is lost and nothing comes twice, though much was published meanwhile',
    (client) => {
      const { cuts, books } = dataOf(client, 'replay');
      expect(cuts.filter((cut) => cut.back && cut.session === 'kept')).toHaveLength(CUTS);
      expect(away(cuts)).toBeGreaterThanOrEqual(CUTS);
      expect(books).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, gap: 0, received: books.published });
    },
  );

  test.each(back)(
    '%s: without one exactly the events of the gaps are lost, by the books and by the numbers on the wire',
    (client) => {
      const { cuts, books } = dataOf(client, 'none');
      expect(cuts.filter(({ back: isBack }) => isBack)).toHaveLength(CUTS);
      expect(books.lost).toBeGreaterThanOrEqual(CUTS);
      expect(books.lost).toBe(books.gap);
      expect(books.published).toBe(books.received + books.lost);
      expect([books.duplicated, books.reordered]).toEqual([0, 0]);
    },
  );

  test('an event source opens its stream again, and its application the session, unless that was kept', () => {
    const by = (buffer: string): readonly string[] => [
      ...new Set(dataOf('eventsource', buffer).cuts.map((cut) => `${cut.reconnectedBy} ${cut.sessionBy}`)),
    ];
    expect(by('replay')).toEqual(['library nobody']);
    expect(by('none')).toEqual(['library application']);
  });

  test('ws as it is knows at once and does nothing', () => {
    const { cuts, books } = dataOf('ws', 'none');
    expect(cuts).toMatchObject([{ back: false, reconnectedBy: 'nobody', attempts: 0, firstEventNs: null }]);
    expect(cuts[0]?.noticedNs).toBeLessThan(milliseconds(300));
    expect(books.lost).toBe(books.gap);
  });

  test('nobody is back before the stated wait is over', () => {
    for (const client of back) {
      for (const { policyNs, firstEventNs, noticedNs } of dataOf(client, 'none').cuts) {
        // Node's timers count in whole milliseconds and may end a fraction of one early.
        expect(policyNs).toBeGreaterThanOrEqual(milliseconds(RETRY_MS - 1));
        expect(firstEventNs).toBeGreaterThan(policyNs + (noticedNs ?? Number.NaN));
      }
    }
  });
});

test('a silent loss is noticed by whoever watches for silence, and by nobody else', async () => {
  const { record } = await runStudy([
    file('silent', {
      name: 'silent',
      ...HEAD,
      settings: {
        clients: ['eventsource-watched', 'ws'],
        cuts: ['black-hole'],
        buffers: ['replay'],
        cutsPerStep: 1,
        retry: `${RETRY_MS}ms`,
        heartbeat: '20ms',
        silence: '250ms',
        unnoticed: '600ms',
      },
    }),
  ]);
  const seen = studySteps(record, 'reconnect').map(({ subject, outcome }) => [
    `${subject['client']} ${subject['heartbeats']}`,
    outcome.status === 'measured' && outcome.data.cuts.map(({ noticedNs, back }) => [noticedNs !== null, back]),
  ]);
  expect(Object.fromEntries(seen)).toEqual({
    'eventsource-watched on': [[true, true]],
    'ws off': [[false, false]],
    'ws on': [[false, false]],
  });
});

test('an interrupt after the server was killed and started again leaves nothing behind', async () => {
  const folder = temporaryFolder();
  const scenario = fileIn(folder, 'restart.json', {
    name: 'restart',
    ...HEAD,
    settings: { clients: ['ws'], cuts: ['restart'], outage: '10ms', giveUp: '1m' },
  });
  const command = startCommand(['run', scenario, '-o', `${folder}/record.json`], folder);
  const first = await command.started('endpoint', 1);
  const second = await command.started('endpoint', 2);
  expect(first.pid).not.toBe(second.pid);
  command.process.kill('SIGINT');
  const { code } = await command.ended;
  expect(code).toBe(130);
  await eventually(() => (leftOf(command).processes.length === 0 ? true : undefined), 'end of all processes', 5_000);
  expect(leftOf(command)).toEqual({ processes: [], sockets: [] });
});
