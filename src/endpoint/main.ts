/** The endpoint's process. */
import { serveCommands } from '../child/serve.ts';
import { monotonicClock } from '../measure/clock.ts';
import { endpointHandlers } from './host.ts';
import type { EndpointCommands } from './commands.ts';

serveCommands<EndpointCommands>(endpointHandlers(monotonicClock(), () => process.kill(process.pid, 'SIGKILL')));
