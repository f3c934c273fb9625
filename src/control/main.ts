/** Either process of the control workload. */
import { serveCommands } from '../child/serve.ts';
import { monotonicClock } from '../measure/clock.ts';
import type { ControlCommands } from './commands.ts';
import { controlHandlers } from './host.ts';

serveCommands<ControlCommands>(controlHandlers(monotonicClock()));
