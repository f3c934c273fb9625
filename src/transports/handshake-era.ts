/** The variants that the transports of the first releases speak. */
import { HANDSHAKE_REVISIONS } from '../mcp/revisions.ts';
import type { Variant } from '../scenario/variant.ts';
import type { Support } from './contract.ts';

/** Plain, uncompressed, HTTP/1.1, stock client, a revision of the handshake era: the reason, when a variant asks for something else. */
export function supportsPlainHandshakeEra(variant: Variant): Support {
  const reason = reasons(variant)[0];
  return reason === undefined ? { supported: true } : { supported: false, reason };
}

function reasons(variant: Variant): string[] {
  const found: string[] = [];
  if (!HANDSHAKE_REVISIONS.includes(variant.protocol)) {
    found.push(
      `protocol ${variant.protocol} has no initialize handshake, which this version of the tool needs on ${variant.transport}`,
    );
  }
  if (variant.client !== 'stock')
    found.push(`client stack "${variant.client}" is not built for ${variant.transport} yet`);
  if (variant.http !== '1.1') found.push(`HTTP/${variant.http} is not built for ${variant.transport} yet`);
  if (variant.tls) found.push(`TLS is not built for ${variant.transport} yet`);
  if (variant.compression !== 'off')
    found.push(`compression "${variant.compression}" is not built for ${variant.transport} yet`);
  return found;
}
