/**
 * TLS as the bench speaks it: 1.3 between its own two ends, with a certificate that lives as long as its endpoint does, and
 * no resumed session unless a study asks for it, so that every connection pays for a whole handshake and none of them depends
 * on what came before.
 */
import { constants } from 'node:crypto';
import { isIP } from 'node:net';
import type { SecureContext, TLSSocket, TlsOptions } from 'node:tls';
import { createSecureContext } from 'node:tls';
import { generate } from 'selfsigned';

export interface Certificate {
  /** PEM; for anybody to trust. */
  readonly certificate: string;
  /** PEM; given to the server and to nobody else. */
  readonly key: string;
}

/** Longer than any run, and not much: nobody should find a use for it afterwards. */
const VALID_DAYS = 7;

/** For `127.0.0.1` and `localhost`, valid from now on. ECDSA on P-256, which most servers have by now. */
export async function makeCertificate(): Promise<Certificate> {
  const notAfterDate = new Date();
  notAfterDate.setUTCDate(notAfterDate.getUTCDate() + VALID_DAYS);
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { certificate: made.cert, key: made.private };
}

/**
 * Node's server cannot be kept from sending its two session tickets after a handshake. Without stateless ones they are
 * short and name a session that nobody keeps.
 */
export const serverTls = ({ certificate, key }: Certificate, resumable: boolean): TlsOptions => ({
  cert: certificate,
  key,
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  secureOptions: resumable ? 0 : constants.SSL_OP_NO_TICKET,
});

/**
 * What a client trusts: the certificate and nothing else where one is given, and then TLS 1.3 only; the system's
 * authorities for other people's servers, which may be at 1.2 still.
 */
export const clientTls = (certificate: string | undefined): SecureContext =>
  certificate === undefined
    ? createSecureContext({ minVersion: 'TLSv1.2' })
    : createSecureContext({ ca: certificate, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' });

/** [RFC 6066] 3: an address is no server name. */
export const serverName = (host: string): string => (isIP(host) === 0 ? host : '');

/** As in a channel's handshake. */
export function tlsWords(socket: TLSSocket): string {
  const resumed = socket.isSessionReused() ? 'resumed' : 'not resumed';
  return `${socket.getProtocol() ?? '?'} ${socket.getCipher().standardName}, ${resumed}`;
}

/** Round trips of a whole handshake before the client can send: [RFC 8446] 2, [RFC 5246] 7.3. */
export const tlsRoundTrips = (socket: TLSSocket): number => (socket.getProtocol() === 'TLSv1.3' ? 1 : 2);
