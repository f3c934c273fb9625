/** How many streams a browser opens to one origin, by a page that opens them and a server that counts them. */
import type { ConnectionLimit } from '../../result/studies/connection-limits.ts';
import type { StudyData } from '../../result/study-data.ts';
import type { StepOutcome } from '../../result/study.ts';
import type { StepContext } from '../contract.ts';
import { type Nanoseconds, NS_PER_MS, toMilliseconds } from '../../units.ts';
import { findBrowser, GET_A_BROWSER, hasNoSandbox, identify, lastLineOf, startBrowser } from './browser.ts';
import { type OriginCount, startOrigin } from './origin.ts';
import { pageOf } from './page.ts';
import { type FullReport, type PageReport, type Received, listenForReports } from './reports.ts';
import type { BrowserWay } from './ways.ts';

type Found = StudyData['connection-limits'];

/** What a page found, and what the server counted at that moment. */
interface Seen {
  readonly full: FullReport;
  readonly count: OriginCount;
  readonly nextOpens: boolean | null;
}

export async function measureInBrowser(
  way: BrowserWay,
  { settings, browser: asked }: StepContext<'connection-limits'>,
  limitNs: Nanoseconds,
): Promise<StepOutcome<Found>> {
  const program = findBrowser(asked);
  if (program === undefined)
    return { status: 'not-measured', because: 'no browser is on the PATH', wouldAnswer: GET_A_BROWSER };
  const identity = await identify(program);
  if (identity === undefined)
    return { status: 'not-measured', because: 'the browser does not say its version', wouldAnswer: GET_A_BROWSER };
  const seen = await lookIn(program, { way, settings, limitNs });
  if (seen === 'no sandbox') return NO_SANDBOX;
  const { stream, http, allowed } = way;
  const { full, count } = seen;
  return {
    status: 'measured',
    data: {
      stream,
      http,
      asked: settings.streams,
      opened: full.opened,
      atServer: count.open,
      sockets: count.sockets,
      limit: limitOf(seen, allowed),
      plain: { passed: full.plain.passed, elapsedNs: Math.round(full.plain.elapsedMs * NS_PER_MS) },
      from: { client: 'browser', ...identity, allowed: allowed ?? null },
    },
  };
}

const NO_SANDBOX = {
  status: 'not-measured',
  because: 'the browser finds no sandbox that it may use as this user',
  wouldAnswer: 'apt-get install chromium-sandbox, a kernel that lets users make namespaces, or root',
} as const;

/**
 * What kept the next one from opening. One that never reached the server was held back by the browser: because the server
 * had said that it takes no more, or by a limit of its own.
 */
export function limitOf({ full, count, nextOpens }: Seen, allowed: number | undefined): ConnectionLimit {
  if (full.next === 'none') return { kind: 'none' };
  if (count.received.streams > full.opened)
    return { kind: 'refused', said: `stream ${full.opened + 1} reached the server and did not open` };
  if (full.opened === allowed) return { kind: 'server-setting', allowed };
  return { kind: 'client', how: full.next, nextOpens };
}

interface Look {
  readonly way: BrowserWay;
  readonly settings: StepContext<'connection-limits'>['settings'];
  readonly limitNs: Nanoseconds;
}

async function lookIn(program: string, { way, settings, limitNs }: Look): Promise<Seen | 'no sandbox'> {
  const { stream, http, allowed } = way;
  const watch = watchPage(() => origin.count());
  const reports = await listenForReports(watch.onReport);
  const page = pageOf({
    stream,
    most: settings.streams,
    patienceMs: toMilliseconds(settings.patience),
    reportTo: reports.url,
  });
  const origin = await startOrigin({ http, tls: http === '2', maxConcurrentStreams: allowed, page });
  try {
    return await look(program, origin.url, { seen: watch.seen, limitNs });
  } finally {
    await Promise.all([origin.close(), reports.close()]);
  }
}

interface Wait {
  readonly seen: Promise<Seen>;
  readonly limitNs: Nanoseconds;
}

async function look(program: string, url: string, { seen, limitNs }: Wait): Promise<Seen | 'no sandbox'> {
  const browser = await startBrowser(program, url);
  const limitMs = toMilliseconds(limitNs);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`was waited for ${Math.round(limitMs)} ms`), limitMs);
  });
  try {
    const first = await Promise.race([seen, browser.gone, late]);
    if (typeof first === 'object') return first;
    if (hasNoSandbox(browser)) return 'no sandbox';
    const said = lastLineOf(browser.lastWords(), program);
    throw new Error(`the page told nothing: the browser ${first}${said === '' ? '' : `; it said: ${said}`}`);
  } finally {
    clearTimeout(timer);
    await browser.end();
  }
}

/** Puts together what a page tells, in two parts, and what the server has counted at the first. */
function watchPage(countNow: () => OriginCount): {
  readonly onReport: (report: PageReport) => Received;
  readonly seen: Promise<Seen>;
} {
  let tell: (seen: Seen) => void = () => undefined;
  const seen = new Promise<Seen>((resolve) => {
    tell = resolve;
  });
  let atFull: Omit<Seen, 'nextOpens'> | undefined;
  const onReport = (report: PageReport): Received => {
    const count = countNow();
    if (report.at === 'full') atFull = { full: report, count };
    else if (report.at === 'end' && atFull !== undefined) tell({ ...atFull, nextOpens: report.nextOpens });
    return count.received;
  };
  return { onReport, seen };
}
