/** The built command against servers that nobody here wrote: detected, measured, and every call accounted for. The table of them is a golden file. */
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callsBalance } from '../src/measure/books.ts';
import { readRecord } from '../src/result/read-record.ts';
import { type Ended, runCommand, temporaryFolder } from './fixtures/command.ts';
import { PEER_SERVERS, type PeerServer, versionOf } from './fixtures/peers.ts';

const QUICK = ['tool-calls', '--trials', '1', '--quick', '--duration', '300ms', '--warmup', '100ms'];

describe('the command measures', () => {
  const rows: string[] = [];

  test.each(PEER_SERVERS.map((peer): [string, PeerServer] => [nameOf(peer), peer]))('%s', async (_name, peer) => {
    const folder = temporaryFolder();
    const path = join(folder, 'record.json');
    const { code, stderr, stdout } = await runOver(peer, path, folder);
    expect(code, stderr).toBe(0);
    const record = readRecord(path);
    const [arm] = record.plan.arms;
    const [measurement] = record.trials.flatMap(({ measurements }) => measurements);
    if (arm === undefined || measurement === undefined) throw new Error(`the record holds no measurement\n${stderr}`);
    expect(arm.variant).toMatchObject({ transport: peer.transport, protocol: peer.protocol, target: 'peer' });
    const { calls, bytes } = measurement;
    expect(callsBalance(calls)).toBe(true);
    expect(calls).toMatchObject({ ok: calls.due, misrouted: 0, duplicated: 0, unreadable: 0 });
    expect(calls.ok).toBeGreaterThan(10);
    expect(bytes.driverWireUp).toBeGreaterThan(bytes.payloadUp);
    expect(stdout).toContain('peer');
    const server = peer.packages.map(versionOf).join(' before ');
    const reply = arm.variant.reply === null ? '–' : arm.variant.reply;
    const { transport, protocol } = arm.variant;
    const whole = calls.ok === calls.due && callsBalance(calls) ? 'yes' : 'no';
    rows.push(`| ${server} | ${transport} | ${protocol} | ${reply} | ${arm.call?.tool ?? ''} | ${whole} |`);
  });

  test('and the table of them is this', async () => {
    expect(rows).toHaveLength(PEER_SERVERS.length);
    const head = [
      '| server | transport | revision | replies | called | every call answered and accounted for |',
      '|---|---|---|---|---|---|',
    ];
    await expect(`${[...head, ...rows].join('\n')}\n`).toMatchFileSnapshot('golden/peers.md');
  });
});

const nameOf = ({ packages, transport, protocol }: PeerServer): string =>
  `${packages.join(' before ')} over ${transport}, ${protocol}`;

/** One short run, over the peer alone; what it started is ended with the test. */
async function runOver(peer: PeerServer, record: string, folder: string): Promise<Ended> {
  const output = ['-o', record];
  const revision = ['--protocol', peer.protocol];
  if (peer.command !== undefined)
    return runCommand(['run', ...QUICK, ...output, '--command', `peer=${peer.command.join(' ')}`], folder);
  const running = await peer.start();
  onTestFinished(() => running.end());
  return runCommand(['run', ...QUICK, ...revision, ...output, '--target', `peer=${running.address}`], folder);
}
