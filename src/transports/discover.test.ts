import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  CLIENT_STACKS,
  COMPRESSIONS,
  defaultVariant,
  HTTP_VERSIONS,
  PROTOCOL_REVISIONS,
  REPLY_MODES,
  type Variant,
} from '../scenario/variant.ts';
import { loadTransport, transportNames } from './discover.ts';

test('there are these, in alphabetical order, each a folder with an index', () => {
  expect(transportNames()).toEqual(['loopback', 'sse', 'stdio', 'streamable-http', 'websocket']);
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
    expect(transport.supports(defaultVariant(name, transport.replies[0] ?? null))).toEqual({ supported: true });
  });

  test.each<Partial<Variant>>([
    ...PROTOCOL_REVISIONS.map((protocol) => ({ protocol })),
    ...HTTP_VERSIONS.map((http) => ({ http })),
    ...COMPRESSIONS.map((compression) => ({ compression })),
    ...CLIENT_STACKS.map((client) => ({ client })),
    ...[...REPLY_MODES, null].map((reply) => ({ reply })),
    { tls: true },
  ])('speaks %j, or has a reason why not', async (change) => {
    const transport = await loadTransport(name);
    const support = transport.supports({ ...defaultVariant(name, transport.replies[0] ?? null), ...change });
    expect(support.supported ? 'a b c' : support.reason).toMatch(/^\S.* .* .*[^.]$/);
  });
});
