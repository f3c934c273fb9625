/** The way of one client to one origin, over whichever version of HTTP its variant asks for. */
import type { HttpClient, HttpClientOptions } from './http.ts';
import { Http1Client } from './http1-client.ts';
import { Http2Client } from './http2-client.ts';
import { LeanHttp1Client } from './lean/http1-client.ts';
import { LeasedClient } from './leased-client.ts';
import { sharedBy } from './sharing.ts';

/** Opens no connection yet: the first request does. */
export function openHttpClient(options: HttpClientOptions): HttpClient {
  const { sharing, origin, localAddress = '', proxy = '' } = options;
  if (sharing === undefined) return openOwn(options);
  const { clients } = sharedBy(sharing);
  const way = `${origin} ${localAddress} ${proxy}`;
  const client = clients.get(way) ?? openOwn(options);
  clients.set(way, client);
  return new LeasedClient(client);
}

function openOwn(options: HttpClientOptions): HttpClient {
  if (options.variant.client === 'lean') return new LeanHttp1Client(options);
  return options.variant.http === '2' ? new Http2Client(options) : new Http1Client(options);
}
