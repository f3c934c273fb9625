/** What nginx and HAProxy are told, bare and tuned, and how many lines lie between the two. */
import type { HopName } from '../../scenario/studies/proxies.ts';
import { type Nanoseconds, toMilliseconds } from '../../units.ts';

export interface ConfigOrder {
  readonly hop: HopName;
  readonly port: number;
  /** Of the endpoint, on loopback. */
  readonly upstream: number;
  /** The built-in or packaged timeout, scaled. */
  readonly idleNs: Nanoseconds;
  /** Whether the arm's connection is a WebSocket, as its URL says. */
  readonly upgrades: boolean;
  /** Where the program may write. */
  readonly folder: string;
}

/** Longer than any step. */
const LONG = '1h';
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

const milliseconds = (span: Nanoseconds): string => `${Math.round(toMilliseconds(span))}ms`;

/**
 * `proxy_pass` alone. nginx sends the `Host` of its upstream, which is a loopback address here, so that an endpoint that
 * checks it is content; HAProxy leaves the client's, which is one too.
 */
export function nginxConfig(order: ConfigOrder): string {
  const { port, upstream, idleNs, folder, upgrades } = order;
  const location =
    order.hop === 'nginx-tuned' ? nginxTuning(upgrades) : [`proxy_read_timeout ${milliseconds(idleNs)};`]; // Stands for the 60 s that are built in.
  return lines([
    'daemon off;',
    'error_log stderr warn;',
    `pid ${folder}/nginx.pid;`,
    'events {}',
    'http {',
    'access_log off;',
    ...TEMPORARY.map((what) => `${what}_temp_path ${folder}/${what};`),
    'server {',
    `listen 127.0.0.1:${port};`,
    'location / {',
    `proxy_pass http://127.0.0.1:${upstream};`,
    ...location,
    '}',
    '}',
    '}',
  ]);
}

/**
 * With fewer lines than these the arm is cut or never let in. An endpoint that does not ask for it needs `proxy_buffering off`
 * as well; one that minds the rule that upgrades are not for HTTP/1.0 ([RFC 9110] 7.8), which Node does not, `proxy_http_version 1.1`.
 */
const nginxTuning = (upgrades: boolean): readonly string[] => [
  ...(upgrades ? ['proxy_set_header Upgrade $http_upgrade;', 'proxy_set_header Connection "upgrade";'] : []),
  `proxy_read_timeout ${LONG};`,
];

/** Debian's file has `mode http` and these timeouts: 5 s, 50 s, and 50 s. */
export function haproxyConfig({ hop, port, upstream, idleNs, upgrades }: ConfigOrder): string {
  const idle = milliseconds(idleNs);
  const tuned = hop === 'haproxy-tuned';
  return lines([
    'defaults',
    'mode http',
    'timeout connect 5s',
    `timeout client ${idle}`,
    `timeout server ${tuned && !upgrades ? LONG : idle}`,
    ...(tuned ? haproxyTuning(upgrades) : []),
    'frontend clients',
    `bind 127.0.0.1:${port}`,
    'default_backend endpoint',
    'backend endpoint',
    `server endpoint 127.0.0.1:${upstream}`,
  ]);
}

/** Without the option it waits for more, some 200 ms, before it passes a small piece on. */
const haproxyTuning = (upgrades: boolean): readonly string[] =>
  upgrades ? [`timeout tunnel ${LONG}`] : ['option http-no-delay'];

const lines = (text: readonly string[]): string => `${text.join('\n')}\n`;

/** The lines that the bare configuration does not have: added or changed, each as often as it is there more. */
export function linesBeyond(bare: string, used: string): readonly string[] {
  const known = linesOf(bare);
  return linesOf(used).filter((line) => {
    const at = known.indexOf(line);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
