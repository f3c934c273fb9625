/** What is made of the watching: pauses, late timers, work of others, clocks. By the same limits as the doubts of a trial. */
import { percent, time } from '../claims/quantity.ts';
import {
  HICCUP_LIMIT_NS,
  LATE_PUBLICATION_LIMIT_NS,
  LOAD_LIMIT_CORES,
  SEND_LAG_P99_LIMIT_NS,
} from '../doubts/doubts-of.ts';
import type { Check } from './check.ts';
import type { Lateness } from './commands.ts';
import type { CoreWatch, MachineWatch } from './watch-cores.ts';

export const watchChecks = (watch: MachineWatch): readonly Check[] => [
  clocks(watch),
  pauses(watch),
  timers(watch),
  pacer(watch),
  load(watch),
  pressure(watch),
  throttling(watch),
];

function clocks({ clock: { comparable, evidence } }: MachineWatch): Check {
  return {
    name: 'clocks',
    word: comparable ? 'ok' : 'doubt',
    saw: evidence,
    means: comparable
      ? 'two processes may subtract each other’s instants'
      : 'how long a push took cannot be told; calls can, by one clock alone',
    todo: comparable ? '' : 'run in one time namespace (unshare --time, some containers)',
  };
}

function pauses({ cores, durationNs }: MachineWatch): Check {
  const worst = worstCore(cores, ({ watched }) => watched.hiccups.maxNs);
  const longestNs = worst.watched.hiccups.maxNs;
  const isLong = longestNs > HICCUP_LIMIT_NS;
  return {
    name: 'pauses',
    word: isLong ? 'doubt' : 'ok',
    saw: `longest ${time(longestNs)}${onCore(worst)} in ${time(durationNs)} (limit ${time(HICCUP_LIMIT_NS)})`,
    means: isLong
      ? 'even an idle process was kept waiting; the slowest calls would be the machine’s'
      : 'an idle process is not kept waiting for longer than a trial may be',
    todo: isLong ? 'end other work, or take a machine whose cores are not shared' : '',
  };
}

function timers({ cores }: MachineWatch): Check {
  const worst = worstCore(cores, ({ watched }) => watched.timers.p99Ns);
  const isLate = worst.watched.timers.p99Ns > LATE_PUBLICATION_LIMIT_NS;
  return {
    name: 'timers',
    word: isLate ? 'doubt' : 'ok',
    saw: latenessText(worst.watched.timers, worst, LATE_PUBLICATION_LIMIT_NS),
    means: isLate ? 'events would go out later than planned' : 'think times and events keep their calendar',
    todo: isLate ? 'end other work on this machine' : '',
  };
}

function pacer({ cores }: MachineWatch): Check {
  const worst = worstCore(cores, ({ watched }) => watched.pacer.p99Ns);
  const isLate = worst.watched.pacer.p99Ns > SEND_LAG_P99_LIMIT_NS;
  return {
    name: 'pacer',
    word: isLate ? 'doubt' : 'ok',
    saw: latenessText(worst.watched.pacer, worst, SEND_LAG_P99_LIMIT_NS),
    means: isLate
      ? 'an open loop would send late, and its response times would contain that'
      : 'an open loop sends when it should',
    todo: isLate ? 'end other work on this machine' : '',
  };
}

const latenessText = ({ p50Ns, p99Ns, maxNs }: Lateness, core: CoreWatch, limitNs: number): string =>
  `late by ${time(p50Ns)} at the median, ${time(p99Ns)} at p99, ${time(maxNs)} at most${onCore(core)} (limit of p99 ${time(limitNs)})`;

function load({ use, durationNs }: MachineWatch): Check {
  const name = 'other work';
  if (use?.othersCores === undefined || use.othersCores === null)
    return { name, word: 'note', saw: 'not visible', means: 'what else runs here is not known', todo: '' };
  const limit = LOAD_LIMIT_CORES + use.resolutionCores;
  const isBusy = use.othersCores > limit;
  return {
    name,
    word: isBusy ? 'doubt' : 'ok',
    saw: `${percent(Math.max(0, use.othersCores))} of a core over ${time(durationNs)} (limit ${percent(limit)})`,
    means: isBusy ? 'times would be its and not the transport’s' : 'the cores are a run’s own',
    todo: isBusy ? 'end it, or wait for it' : '',
  };
}

/** Beyond this share of the time a run would wait for cores as well. */
const PRESSURE_LIMIT = 0.1;

function pressure({ pressure: share }: MachineWatch): Check {
  const name = 'pressure';
  if (share === undefined)
    return {
      name,
      word: 'ok',
      saw: 'the kernel does not count it',
      means: 'the pauses above are what is known',
      todo: '',
    };
  const isHigh = share > PRESSURE_LIMIT;
  return {
    name,
    word: isHigh ? 'doubt' : 'ok',
    saw: `somebody waited for a core for ${percent(share)} of the time (limit ${percent(PRESSURE_LIMIT)})`,
    means: isHigh ? 'endpoint and driver would wait as well' : 'whoever is ready runs',
    todo: isHigh ? 'end other work on this machine' : '',
  };
}

function throttling({ use }: MachineWatch): Check {
  const name = 'throttling';
  const periods = use?.throttledPeriods ?? 0;
  const isHeld = periods > 0;
  return {
    name,
    word: isHeld ? 'doubt' : 'ok',
    saw: isHeld ? `a quota held everything up for ${time(use?.throttledNs ?? 0)}` : 'none was seen',
    means: isHeld ? 'times are the quota’s as well' : 'no quota holds a run up, as far as is visible',
    todo: isHeld ? 'raise the quota of the control group' : '',
  };
}

function worstCore(cores: readonly CoreWatch[], of: (core: CoreWatch) => number): CoreWatch {
  const [worst] = cores.toSorted((a, b) => of(b) - of(a));
  if (worst === undefined) throw new RangeError('no core was watched');
  return worst;
}

const onCore = ({ core }: CoreWatch): string => (core === undefined ? '' : ` on core ${core}`);
