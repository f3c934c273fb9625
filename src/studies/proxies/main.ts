/** The process of the tool's own hops. */
import { serveCommands } from '../../child/serve.ts';
import { type HopCommands, hopHandlers } from './own-hops.ts';

serveCommands<HopCommands>(hopHandlers());
