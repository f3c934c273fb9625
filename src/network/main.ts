/** The relay's process. */
import { serveCommands } from '../child/serve.ts';
import { monotonicClock } from '../measure/clock.ts';
import { threadAlarm } from './alarm.ts';
import type { RelayCommands } from './commands.ts';
import { relayHandlers } from './host.ts';

serveCommands<RelayCommands>(relayHandlers(monotonicClock(), threadAlarm()));
