/**
 * The Streamable HTTP client a Node user would pick: undici posts the messages, eventsource-parser reads the streams that
 * answer them; the lean client has bare sockets for both. Nothing is opened before there is something to say.
 */
import { eraOf } from '../../mcp/revisions.ts';
import { type Channel, ChannelError, type ConnectOptions } from '../contract.ts';
import { SessionChannel } from './session-channel.ts';
import { StatelessChannel } from './stateless-channel.ts';

export function connectStreamableHttp(address: string, options: ConnectOptions): Promise<Channel> {
  if (options.variant.client === 'lean' && options.proxy !== undefined)
    return Promise.reject(new ChannelError('the lean client does not go through a forward proxy'));
  if (!URL.canParse(address)) return Promise.reject(new ChannelError(`${address} is not a URL`));
  const Generation = eraOf(options.variant.protocol) === 'handshake' ? SessionChannel : StatelessChannel;
  return Promise.resolve(new Generation(new URL(address), options));
}
