/** The words that repeat a run. Only flags named here get into a record: one that carries a secret is not among them by design. */

/** Flag by option name, with the value that goes without saying. */
const FLAGS: Readonly<Record<string, { readonly flag: string; readonly usual?: string }>> = {
  transport: { flag: '--transport', usual: 'sse,websocket' },
  protocol: { flag: '--protocol' },
  http: { flag: '--http' },
  compression: { flag: '--compression' },
  reply: { flag: '--reply' },
  client: { flag: '--client' },
  network: { flag: '--network' },
  clients: { flag: '--clients' },
  rate: { flag: '--rate' },
  duration: { flag: '--duration' },
  calls: { flag: '--calls' },
  warmup: { flag: '--warmup' },
  payload: { flag: '--payload' },
  trials: { flag: '--trials', usual: '6' },
  baseline: { flag: '--baseline' },
  maxRegression: { flag: '--max-regression' },
  reruns: { flag: '--reruns' },
  pacing: { flag: '--pacing' },
  placement: { flag: '--placement' },
  drivers: { flag: '--drivers' },
  limit: { flag: '--limit' },
  setup: { flag: '--setup' },
  setupTimeout: { flag: '--setup-timeout' },
  gate: { flag: '--gate' },
  looks: { flag: '--looks' },
  alpha: { flag: '--alpha' },
  budget: { flag: '--budget' },
};

/** Those that may stand several times. */
const REPEATABLE: Readonly<Record<string, string>> = { arm: '--arm', threshold: '--threshold' };

/** Flags without a value. */
const SWITCHES = ['tls', 'quick', 'control', 'awake', 'ceiling'] as const;

/** Scenarios first, then the flags that differ from what goes without saying; the seed stands in the plan. */
export function askedWords(names: readonly string[], options: Record<string, unknown>): readonly string[] {
  const flags = Object.entries(FLAGS).flatMap(([name, { flag, usual }]) => {
    const value = options[name];
    return typeof value === 'string' && value !== usual ? [flag, value] : [];
  });
  const repeated = Object.entries(REPEATABLE).flatMap(([name, flag]) => {
    const values = options[name];
    return Array.isArray(values) ? values.flatMap((value) => [flag, String(value)]) : [];
  });
  const switches = SWITCHES.filter((name) => options[name] === true).map((name) => `--${name}`);
  const asleep = options['awake'] === false ? ['--no-awake'] : [];
  return [...names, ...repeated, ...flags, ...switches, ...asleep];
}

/** The options that such words stand for, as far as they are flags named here; what goes without saying is not among them. */
export function optionsOf(words: readonly string[]): Readonly<Record<string, string | readonly string[]>> {
  const options: Record<string, string> = {};
  const lists = new Map<string, readonly string[]>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const single = Object.entries(FLAGS).find(([, { flag }]) => flag === word)?.[0];
    const repeated = Object.entries(REPEATABLE).find(([, flag]) => flag === word)?.[0];
    if (single === undefined && repeated === undefined) continue;
    // Whatever a value looks like, it is no flag.
    at += 1;
    const value = words[at] ?? '';
    if (single !== undefined) options[single] = value;
    if (repeated !== undefined) lists.set(repeated, [...(lists.get(repeated) ?? []), value]);
  }
  return { ...options, ...Object.fromEntries(lists) };
}
