import type { Transport } from '../contract.ts';
import { PROTOCOL_REVISIONS } from '../../scenario/variant.ts';
import { type Spoken, supportsOnly } from '../support.ts';
import { connectStdio } from './driver.ts';
import { startStdioEndpoint } from './endpoint.ts';

const SPOKEN: Spoken = {
  title: 'stdio',
  protocols: PROTOCOL_REVISIONS,
  http: ['1.1'],
  tls: false,
  compression: ['off'],
  clients: ['stock', 'lean', 'sdk'],
  replies: [],
  noNetwork: 'a client and the server that it starts share a host: there is no network between the ends of a pipe',
  except: ({ http, tls }) => {
    if (tls) return 'pipes between two processes of one host have no TLS';
    return http === '2' ? 'stdio has no HTTP at all, neither version' : undefined;
  },
};

export const transport: Transport = {
  name: 'stdio',
  title: 'stdio',
  summary: 'one server process per client, one JSON-RPC text per line over its standard input and output',
  capabilities: new Set(['wire', 'server-push', 'own-process', 'client-spawns']),
  replies: [],
  clientPackages: [],
  supports: (variant) => supportsOnly(SPOKEN, variant),
  startEndpoint: startStdioEndpoint,
  connect: connectStdio,
  sdk: {
    packages: [],
    connect: async (...connection) => (await import('./sdk.ts')).connectStdioSdk(...connection),
  },
};
