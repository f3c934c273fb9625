/** Which arms a study can look at that opens connections itself. */
import type { StepOutcome } from '../result/study.ts';
import type { Variant } from '../scenario/variant.ts';
import { loadTransport } from '../transports/discover.ts';

type NotMeasured = Extract<StepOutcome<never>, { readonly status: 'not-measured' }>;

/** Why it cannot look at this one; `undefined` where it can. */
export async function unreachable(variant: Variant): Promise<NotMeasured | undefined> {
  const { title, capabilities } = await loadTransport(variant.transport);
  if (!capabilities.has('wire') || capabilities.has('client-spawns'))
    return {
      status: 'not-measured',
      because: `${title} has no address that several sessions could connect to`,
      wouldAnswer: 'an arm over sockets: sse, websocket, streamable-http',
    };
  if (variant.client === 'sdk')
    return {
      status: 'not-measured',
      because: 'this study opens its connections with a client of the tool’s own, not with the SDK’s',
      wouldAnswer: 'the same arm without that client',
    };
  return undefined;
}

/** As above, for studies that need a server to say something before it answers. */
export async function unheard(variant: Variant): Promise<NotMeasured | undefined> {
  const transport = await loadTransport(variant.transport);
  const support = transport.progress?.(variant) ?? { supported: true };
  return support.supported
    ? undefined
    : { status: 'not-measured', because: support.reason, wouldAnswer: 'the same arm with event streams as replies' };
}
