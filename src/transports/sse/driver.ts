/**
 * The HTTP+SSE client a Node user would pick: `eventsource` reads the stream, undici posts the messages. Under HTTP/1.1 two
 * sockets at least: the stream keeps one busy for good, and messages sent before the last one's 202 is in take a further one
 * each. Under HTTP/2 all of them are streams of one connection.
 */
import { EventSource } from 'eventsource';
import { bytes } from '../../units.ts';
import { openHttpClient } from '../../wire/http-client.ts';
import { type Channel, ChannelError, type ConnectOptions } from '../contract.ts';
import { Poster } from './poster.ts';
import { streamFetch } from './stream-fetch.ts';

export async function connectSse(address: string, options: ConnectOptions): Promise<Channel> {
  const { variant, certificate, localAddress, proxy, timeoutMs, sharing } = options;
  const url = new URL(address);
  const http = openHttpClient({ origin: url.origin, variant, certificate, localAddress, proxy, timeoutMs, sharing });
  const stream = streamFetch(http, options);
  const source = new EventSource(url, { fetch: stream.fetch });
  const close = (): Promise<void> => {
    source.close();
    return http.close();
  };
  try {
    const messageUrl = await announcedUrl(source, url, timeoutMs, () => forward(source, options, close));
    const poster = new Poster(http, messageUrl, options);
    return {
      send: (message) => poster.post(message),
      cancel: (_id, notice) => {
        poster.post(notice);
        return true;
      },
      negotiated: () => undefined,
      listen: () => Promise.resolve(),
      wire: () => http.wire(),
      sockets: () => http.sockets(),
      handshake: () => ({
        established: stream.established(),
        httpRequests: http.requests,
        // What it took to open each socket that the first message had to wait for, and one for the stream's request up to its `endpoint` event.
        roundTripsToOpen: poster.openingRoundTrips + stream.requests(),
        compression: stream.contentEncoding(),
        tls: http.tls(),
      }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * [spec] the first event is `endpoint`, its data the URI to POST to; a client must not follow it to another origin.
 * `onAnnounced` is called within that event: what comes in the same chunk is dispatched before any promise goes on.
 */
function announcedUrl(source: EventSource, base: URL, timeoutMs: number, onAnnounced: () => void): Promise<URL> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new ChannelError(why));
    };
    const timer = setTimeout(() => fail('the event stream did not announce its message URL in time'), timeoutMs);
    const onEndpoint = (event: MessageEvent): void => {
      clearTimeout(timer);
      const announced = URL.canParse(String(event.data), base.href) ? new URL(String(event.data), base) : undefined;
      if (announced?.origin !== base.origin) {
        fail('the event stream announced a message URL of another origin');
        return;
      }
      onAnnounced();
      resolve(announced);
    };
    source.addEventListener('endpoint', onEndpoint, { once: true });
    source.addEventListener('error', (event) =>
      fail(`the event stream failed: ${event.message ?? 'connection closed'}`),
    );
  });
}

/** After the handshake an error means that the stream is gone; what a reconnected stream would carry is another session's. */
function forward(source: EventSource, options: ConnectOptions, close: () => Promise<void>): void {
  const { events } = options;
  source.addEventListener('message', (event) => {
    const text = String(event.data);
    events.onMessage(text, bytes(Buffer.byteLength(text)));
  });
  source.addEventListener('error', (event) => {
    if (source.readyState === EventSource.CLOSED && event.message === undefined) return;
    // Told first: closing fails the POSTs that are under way, and those were not refused but cut off.
    events.onClosed(`the event stream ended${event.message === undefined ? '' : `: ${event.message}`}`);
    void close().catch(() => undefined); // The sockets are gone already; there is nothing left to fail.
  });
}
