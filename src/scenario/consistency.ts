/** What no single value of a scenario shows: whether its parts fit together. */
import { toSeconds } from '../units.ts';
import type { ScenarioDraft } from './draft.ts';
import { MAX_CALLS } from './fields.ts';
import { formatDuration, formatRate } from './quantities.ts';
import type { Step } from './scenario.ts';
import type { Place, Problem } from './scenario-error.ts';
import { quote } from './wording.ts';

/** Everything about the scenario, as it would be run, that contradicts itself or would never end; places are those of the file. */
export function inconsistencies(draft: ScenarioDraft): Problem[] {
  return [
    ...scriptsFitLoad(draft),
    ...phasesEnd(draft),
    ...stallFitsWindow(draft),
    ...repeated(
      draft.scripts.map(({ name }) => name),
      { list: 'scripts', key: 'name' },
    ),
    ...repeated(
      draft.publish.map(({ topic }) => topic),
      { list: 'publish', key: 'topic' },
    ),
    ...subscribersAreClients(draft),
    ...waitsAreServed(draft),
    ...arrivalsAreFew(draft),
  ];
}

function scriptsFitLoad({ load, scripts, publish }: ScenarioDraft): Problem[] {
  if (load.kind !== 'none') {
    return scripts.length > 0
      ? []
      : [{ place: ['scripts'], message: `missing, expected scripts for load.model ${load.kind}` }];
  }
  const problems: Problem[] = [];
  if (scripts.length > 0) {
    problems.push({
      place: ['scripts'],
      message: `got ${scripts.length}, expected none, since nobody runs them with load.model none`,
    });
  }
  if (publish.length === 0)
    problems.push({ place: ['publish'], message: 'missing, expected a publication, since load.model is none' });
  return problems;
}

/** A phase that waits for calls which nobody makes would last for ever. */
function phasesEnd({ load, scripts, warmup, window }: ScenarioDraft): Problem[] {
  const calling = load.kind !== 'none' && (scripts.length === 0 || scripts.some(({ steps }) => steps.some(isExchange)));
  if (calling) return [];
  const message = (calls: number): string => `got ${calls}, expected a time alone, since nothing in the scenario calls`;
  const problems: Problem[] = [];
  if (warmup.calls !== undefined) problems.push({ place: ['warmup', 'calls'], message: message(warmup.calls) });
  if (window.calls !== undefined) problems.push({ place: ['window', 'calls'], message: message(window.calls) });
  return problems;
}

const isExchange = (step: Step): boolean => step.kind === 'call' || step.kind === 'ping';

function stallFitsWindow({ stall, window }: ScenarioDraft): Problem[] {
  if (stall === undefined || window.timeNs === undefined || stall.atNs < window.timeNs) return [];
  const within = formatDuration(window.timeNs);
  return [
    { place: ['stall', 'at'], message: `got ${formatDuration(stall.atNs)}, expected less than the window's ${within}` },
  ];
}

function repeated(names: readonly string[], { list, key }: { list: string; key: string }): Problem[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ place: [list, index, key], message: `got ${quote(name)} again, expected another ${key}` }],
  );
}

function subscribersAreClients({ publish, clients }: ScenarioDraft): Problem[] {
  return publish.flatMap(({ subscribers }, index) =>
    subscribers === 'all' || subscribers <= clients
      ? []
      : [
          {
            place: ['publish', index, 'subscribers'],
            message: `got ${subscribers}, expected at most ${clients}, the number of clients`,
          },
        ],
  );
}

function waitsAreServed(draft: ScenarioDraft): Problem[] {
  return draft.scripts.flatMap(({ steps }, script) =>
    steps.flatMap((step, index) =>
      step.kind === 'wait'
        ? waitIsServed(draft, { topic: step.topic, place: ['scripts', script, 'steps', index, 'wait-for'] })
        : [],
    ),
  );
}

function waitIsServed(
  { publish, clients }: ScenarioDraft,
  { topic, place }: { topic: string; place: Place },
): Problem[] {
  const publication = publish.find((candidate) => candidate.topic === topic);
  if (publication === undefined) {
    const topics = publish.map((candidate) => candidate.topic).join(', ') || 'none';
    return [{ place, message: `got ${quote(topic)}, expected a topic that is published (${topics})` }];
  }
  const { subscribers } = publication;
  if (subscribers === 'all' || subscribers >= clients) return [];
  return [
    {
      place,
      message: `got ${quote(topic)} with ${subscribers} of ${clients} clients subscribed, expected all, since each may wait`,
    },
  ];
}

/** The whole calendar is laid out before the window begins. */
function arrivalsAreFew({ load, publish, window }: ScenarioDraft): Problem[] {
  const rates: { readonly place: Place; readonly ratePerSec: number; readonly text: string }[] = publish.map(
    ({ ratePerSec }, index) => ({ place: ['publish', index, 'rate'], ratePerSec, text: formatRate(ratePerSec) }),
  );
  if ('ratePerSec' in load)
    rates.push({ place: ['load', 'rate'], ratePerSec: load.ratePerSec, text: formatRate(load.ratePerSec) });
  const { timeNs } = window;
  if (timeNs === undefined) return [];
  return rates
    .filter(({ ratePerSec }) => ratePerSec * toSeconds(timeNs) > MAX_CALLS)
    .map(({ place, text }) => ({
      place,
      message: `got ${text} for ${formatDuration(timeNs)}, expected at most ${MAX_CALLS} arrivals in a window`,
    }));
}
