import { describe, expect, it } from 'vitest';
import { measured, studyRecord } from '../../../test/fixtures/study-record.ts';
import type { StudyData } from '../../result/study-data.ts';
import { summarise } from '../../stats/summarise.ts';
import { studySections } from '../study-section.ts';

type Data = StudyData['connection-limits'];

const BROWSER: Data = {
  stream: 'sse',
  http: '1.1',
  asked: 300,
  opened: 6,
  atServer: 6,
  sockets: 6,
  limit: { kind: 'client', how: 'waits', nextOpens: true },
  plain: { passed: false, elapsedNs: 4e8 },
  from: { client: 'browser', name: 'Surfer', version: '9.1.2', allowed: null },
};

const NODE: Data = {
  ...BROWSER,
  opened: 200,
  atServer: 200,
  sockets: 401,
  limit: { kind: 'descriptors', of: 'client', limit: 512 },
  plain: { passed: true, elapsedNs: 2e6 },
  from: {
    client: 'node',
    addresses: 4,
    portsPerAddress: 28_232,
    clientDescriptors: 512,
    serverDescriptors: 512,
    clientRssBytes: 50 * 2 ** 20,
    serverRssBytes: 50 * 2 ** 20,
  },
};

const sectionOf = (all: readonly Data[]) => {
  const steps = all.flatMap((data, index) => measured<'connection-limits'>({ step: String(index) }, data));
  const [section] = studySections(summarise(studyRecord({ study: 'connection-limits', steps })));
  if (section === undefined) throw new Error('no section');
  return section;
};

describe('connection limits in a report', () => {
  it('are a row for each way, the browser first, repetitions in one', () => {
    const again: Data = { ...BROWSER, opened: 5, atServer: 5, sockets: 5 };
    const behind: Data = {
      ...BROWSER,
      http: '2',
      opened: 100,
      atServer: 100,
      sockets: 1,
      limit: { kind: 'server-setting', allowed: 100 },
      plain: { passed: true, elapsedNs: 3e6 },
      from: { ...BROWSER.from, client: 'browser', name: 'Surfer', version: '9.1.2', allowed: 100 },
    };
    const { tables, notes } = sectionOf([NODE, behind, BROWSER, again]);
    expect(tables[0]?.rows).toEqual([
      ['Surfer, SSE, HTTP/1.1', '5–6', '5–6', 'the browser: the next waits', 'does not pass'],
      ['Surfer, SSE, HTTP/2 (server: 100)', '100', '1', 'the server: 100 allowed', 'passes, 3.00 ms'],
      ['Node, SSE, HTTP/1.1', '200', '401', 'descriptors of the client (512)', 'passes, 2.00 ms'],
    ]);
    expect(notes).toContain('browser: Surfer 9.1.2, headless; its limits are those of this version');
    expect(notes).toContain('where the next stream waited, it opened when another was closed: 2 of 2 times');
    expect(notes.join('\n')).toMatch(/4 loopback addresses with 28,232 ports each; 512 descriptors .* 100 MiB at most/);
  });

  it.each<[limit: Data['limit'], words: string]>([
    [{ kind: 'none' }, 'nothing: all 300 asked for'],
    [{ kind: 'client', how: 'fails', nextOpens: null }, 'the client: the next fails'],
    [{ kind: 'descriptors', of: 'server', limit: null }, 'descriptors of the server'],
    [{ kind: 'memory', budgetBytes: 2 ** 30 }, 'the budget of 1.00 GiB'],
    [{ kind: 'memory', budgetBytes: null }, 'the system’s memory'],
    [{ kind: 'ports' }, 'the ports of the client’s addresses'],
    [{ kind: 'refused', said: 'the sky fell' }, 'something else'],
  ])('name what stopped them: %j', (limit, words) => {
    expect(sectionOf([{ ...NODE, limit }]).tables[0]?.rows[0]?.[3]).toBe(words);
  });

  it('say what was said, and on which number the two sides do not agree', () => {
    const { notes } = sectionOf([{ ...NODE, atServer: 199, limit: { kind: 'refused', said: 'the sky fell' } }]);
    expect(notes).toContain('Node, SSE, HTTP/1.1: the client counted 200 and the server 199, so it decides nothing');
    expect(notes).toContain('Node, SSE, HTTP/1.1: the sky fell');
  });
});
