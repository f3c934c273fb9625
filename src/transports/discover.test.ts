import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { defaultVariant, type Variant } from '../scenario/variant.ts';
import { loadTransport, transportNames } from './discover.ts';

test('there are these, in alphabetical order, each a folder with an index', () => {
  expect(transportNames()).toEqual(['loopback', 'sse', 'websocket']);
  for (const name of transportNames()) {
    expect(existsSync(fileURLToPath(new URL(`${name}/index.ts`, import.meta.url)))).toBe(true);
  }
});

test.each(['smoke-signals', '', '.', '..', '../mcp', 'sse/', 'discover.ts', 'SSE'])('%j is none', async (name) => {
  await expect(loadTransport(name)).rejects.toThrow(`no transport named "${name}"`);
});

describe.each(transportNames())('%s', (name) => {
  test('bears its folder’s name and says in words what it is', async () => {
    const transport = await loadTransport(name);
    expect(transport.name).toBe(name);
    expect(transport.title).not.toBe('');
    expect(transport.summary).not.toBe('');
  });

  test('supports what its name means when nothing else is said', async () => {
    const transport = await loadTransport(name);
    expect(transport.supports(defaultVariant(name))).toEqual({ supported: true });
  });

  test.each<[Partial<Variant>, RegExp]>([
    [{ protocol: '2026-07-28' }, /2026-07-28/],
    [{ http: '2' }, /HTTP\/2/],
    [{ tls: true }, /TLS/],
    [{ compression: 'deflate' }, /compression "deflate"/],
    [{ client: 'lean' }, /client stack "lean"/],
  ])('refuses %j with a reason', async (change, reason) => {
    const support = (await loadTransport(name)).supports({ ...defaultVariant(name), ...change });
    expect(support.supported ? '' : support.reason).toMatch(reason);
  });
});
