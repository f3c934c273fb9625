/** The driver's process. A transport without a wire has its endpoint in here too. */
import { serveCommands } from '../child/serve.ts';
import { endpointHandlers } from '../endpoint/host.ts';
import { threadPacer } from '../load/pacer.ts';
import { monotonicClock } from '../measure/clock.ts';
import type { DriverCommands } from './commands.ts';
import { driverHandlers } from './host.ts';
import type { HostedEndpoint } from './hosted-endpoint.ts';

const clock = monotonicClock();
const endpoint = endpointHandlers(clock, () => process.kill(process.pid, 'SIGKILL'));

serveCommands<DriverCommands & HostedEndpoint>({
  ...driverHandlers(clock, threadPacer()),
  'endpoint.start': endpoint.start,
  'endpoint.clock': endpoint.clock,
  'endpoint.publish': endpoint.publish,
  'endpoint.stopPublishing': endpoint.stopPublishing,
  'endpoint.begin': endpoint.begin,
  'endpoint.read': endpoint.read,
  'endpoint.sockets': endpoint.sockets,
});
