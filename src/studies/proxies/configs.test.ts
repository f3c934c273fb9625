import { describe, expect, it } from 'vitest';
import { milliseconds } from '../../units.ts';
import { type ConfigOrder, haproxyConfig, linesBeyond, nginxConfig } from './configs.ts';

const order = (hop: ConfigOrder['hop'], upgrades: boolean): ConfigOrder => ({
  hop,
  port: 8001,
  upstream: 8002,
  idleNs: milliseconds(800),
  upgrades,
  folder: '/tmp/a-folder',
});

describe('what tuning adds', () => {
  it.each([
    { upgrades: false, added: ['proxy_read_timeout 1h;'] },
    {
      upgrades: true,
      added: [
        'proxy_set_header Upgrade $http_upgrade;',
        'proxy_set_header Connection "upgrade";',
        'proxy_read_timeout 1h;',
      ],
    },
  ])('to nginx, where it upgrades: $upgrades', ({ upgrades, added }) => {
    const [bare, tuned] = [nginxConfig(order('nginx-bare', upgrades)), nginxConfig(order('nginx-tuned', upgrades))];
    expect(linesBeyond(bare, tuned)).toEqual(added);
  });

  it.each([
    { upgrades: false, added: ['timeout server 1h', 'option http-no-delay'] },
    { upgrades: true, added: ['timeout tunnel 1h'] },
  ])('to HAProxy, where it upgrades: $upgrades', ({ upgrades, added }) => {
    const [bare, tuned] = [
      haproxyConfig(order('haproxy-bare', upgrades)),
      haproxyConfig(order('haproxy-tuned', upgrades)),
    ];
    expect(linesBeyond(bare, tuned)).toEqual(added);
  });

  it('is nothing where the endpoint alone is another', () => {
    const bare = nginxConfig(order('nginx-bare', false));
    expect(linesBeyond(bare, nginxConfig(order('nginx-unhinted', false)))).toEqual([]);
  });
});

describe('the bare configurations', () => {
  it('have the idle time in the place of what is built in, and listen on loopback only', () => {
    expect(nginxConfig(order('nginx-bare', true))).toContain('\nproxy_read_timeout 800ms;\n');
    expect(haproxyConfig(order('haproxy-bare', true))).toContain('\ntimeout client 800ms\ntimeout server 800ms\n');
    for (const text of [nginxConfig(order('nginx-bare', true)), haproxyConfig(order('haproxy-bare', true))])
      expect(text.match(/(listen|bind) .*/g)).toEqual([expect.stringMatching(/127\.0\.0\.1:8001/)]);
  });

  it('write nowhere but into their folder', () => {
    const paths = nginxConfig(order('nginx-bare', false)).match(/\/\S+/g) ?? [];
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => !/^(\/tmp\/a-folder\/|\/\/127\.0\.0\.1:)/.test(path))).toEqual([]);
  });
});

describe('linesBeyond', () => {
  it('counts a line as often as it is there more, and a changed one once', () => {
    expect(linesBeyond('a\n  b\nc\n', 'a\nb\n\nb\nd\n')).toEqual(['b', 'd']);
  });
});
