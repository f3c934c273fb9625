/** What each transport can be asked for, found out by asking it, and how an arm is written. */
import { ARM_OPTIONS } from '../scenario/arm-word.ts';
import { NETWORK_PROFILES, networkWords } from '../scenario/network.ts';
import {
  CLIENT_STACKS,
  COMPRESSIONS,
  HTTP_VERSIONS,
  PROTOCOL_REVISIONS,
  REPLY_MODES,
  type Variant,
  defaultVariant,
} from '../scenario/variant.ts';
import type { Transport } from '../transports/contract.ts';
import { loadTransport, transportNames } from '../transports/discover.ts';

const EMULATED = NETWORK_PROFILES.filter((profile) => profile !== 'lo');

const GRAMMAR = `An arm: transport[@revision][+option…], such as websocket, streamable-http@2026-07-28+json+h2
  options: ${ARM_OPTIONS.join(', ')}
  networks, there and back: lo (loopback as it is), ${EMULATED.map(networkWords).join(', ')};
    emulated by a relay, which loses nothing: loss takes netem, which this version does not drive
  The flags --protocol, --http, --tls, --compression, --reply, --client and --network set the same for every arm that does not say.
`;

/** One block for each transport, then the grammar. */
export async function variantText(): Promise<string> {
  const transports = await Promise.all(transportNames().map(loadTransport));
  return `${transports.map(blockOf).join('')}${GRAMMAR}`;
}

function blockOf(transport: Transport): string {
  const base = baseOf(transport);
  const speaks = (axes: Partial<Variant>): boolean => transport.supports({ ...base, ...axes }).supported;
  const lines: readonly (readonly [string, readonly string[]])[] = [
    ['revisions', PROTOCOL_REVISIONS.filter((protocol) => speaks({ protocol }))],
    ['replies', transport.replies.length === 0 ? [] : REPLY_MODES.filter((reply) => speaks({ reply }))],
    [
      'options',
      [
        ...HTTP_VERSIONS.filter((http) => http !== base.http && speaks({ http })).map((http) => `h${http}`),
        ...(speaks({ tls: true }) ? ['tls'] : []),
        ...COMPRESSIONS.filter((compression) => compression !== 'off' && speaks({ compression })),
        ...CLIENT_STACKS.filter((client) => client !== base.client && speaks({ client })),
      ],
    ],
    ['networks', NETWORK_PROFILES.filter((network) => network !== base.network && speaks({ network }))],
  ];
  const said = lines.filter(([, words]) => words.length > 0);
  return `${transport.name}\n${said.map(([what, words]) => `  ${what.padEnd(9)}  ${words.join(', ')}\n`).join('')}\n`;
}

/** The usual variant, or with the first revision that the transport speaks at all. */
function baseOf(transport: Transport): Variant {
  const usual = defaultVariant(transport.name, transport.replies[0] ?? null);
  const candidates = [usual, ...PROTOCOL_REVISIONS.map((protocol) => ({ ...usual, protocol }))];
  return candidates.find((variant) => transport.supports(variant).supported) ?? usual;
}
