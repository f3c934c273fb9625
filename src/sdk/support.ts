/** What the official SDK's client can drive here, and why not where it cannot. */
import type { Variant } from '../scenario/variant.ts';
import { SDK_PACKAGE, sdkIsInstalled } from './package.ts';

/** Why the SDK cannot drive this variant, in words fit to print; `undefined` where it can. */
export function sdkObstacle(variant: Variant, installed: () => boolean = sdkIsInstalled): string | undefined {
  if (variant.http !== '1.1')
    return `the SDK’s client speaks HTTP/1.1 only: Node’s fetch, which it uses, does not negotiate HTTP/2`;
  if (variant.tls) return 'the SDK’s client is driven without TLS only: it takes no certificate of its own';
  if (variant.compression !== 'off') {
    return `the SDK’s client is driven without compression only: it has no option for "${variant.compression}"`;
  }
  if (!installed()) return `the SDK is not installed next to the tool; npm install ${SDK_PACKAGE}`;
  return undefined;
}
