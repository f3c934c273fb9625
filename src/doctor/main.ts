/** A watcher's process. */
import { serveCommands } from '../child/serve.ts';
import { stampNow } from '../endpoint/host.ts';
import { threadPacer } from '../load/pacer.ts';
import { monotonicClock } from '../measure/clock.ts';
import type { WatcherCommands } from './commands.ts';
import { watch } from './watch.ts';

const clock = monotonicClock();
const pacer = threadPacer();

serveCommands<WatcherCommands>({
  clock: () => stampNow(clock),
  watch: (order) => watch({ ...order, clock, pacer }),
});
