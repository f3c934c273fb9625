/** The driver's process. A transport without a wire has its endpoint in here too; servers that clients start are its children. */
import { serveCommands } from '../child/serve.ts';
import { ServerFarm } from '../endpoint/farm.ts';
import { endpointHandlers } from '../endpoint/host.ts';
import { pacersOn } from '../load/pacer.ts';
import { monotonicClock } from '../measure/clock.ts';
import type { DriverCommands } from './commands.ts';
import { driverHandlers } from './host.ts';
import { type HostedEndpoint, hostedEndpoint } from './hosted-endpoint.ts';

const clock = monotonicClock();
const inProcess = endpointHandlers(clock, () => process.kill(process.pid, 'SIGKILL'));
const farm = new ServerFarm(clock);

serveCommands<DriverCommands & HostedEndpoint>({
  ...driverHandlers(clock, pacersOn(clock), (index, cpu, home) => farm.launch(index, cpu, home)),
  ...hostedEndpoint(inProcess, farm.handlers),
});
