import { describe, expect, test } from 'vitest';
import { type Variant, defaultVariant } from '../scenario/variant.ts';
import { loadTransport } from '../transports/discover.ts';
import { clientPackages, driverLines } from './client-code.ts';

const variantOf = (name: string, client: Variant['client']): Variant => ({ ...defaultVariant(name), client });

describe.each(['websocket', 'sse', 'streamable-http', 'stdio'])('%s', (name) => {
  test('the lean client loads no package, the SDK’s loads the SDK', async () => {
    const transport = await loadTransport(name);
    expect(clientPackages(transport, variantOf(name, 'lean'))).toEqual([]);
    expect(clientPackages(transport, variantOf(name, 'stock'))).toEqual(transport.clientPackages);
    expect(clientPackages(transport, variantOf(name, 'sdk'))).toContain('@modelcontextprotocol/client');
  });

  test('each client has code of its own, and not that of all of them', () => {
    const [stock, lean, sdk] = (['stock', 'lean', 'sdk'] as const).map((client) =>
      driverLines(variantOf(name, client)),
    );
    for (const lines of [stock, lean, sdk]) expect(lines).toBeGreaterThan(20);
    expect(sdk).toBeLessThan(Math.max(stock ?? 0, lean ?? 0) + 200);
  });
});

test('what a lean client writes by hand is its own, and not the stock client’s', () => {
  expect(driverLines(variantOf('websocket', 'lean'))).toBeGreaterThan(3 * driverLines(variantOf('websocket', 'stock')));
  expect(driverLines(variantOf('websocket', 'stock'))).toBeLessThan(160);
});
