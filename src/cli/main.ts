/** argv in, exit code out. Commands are loaded when they are needed, so that `--help` is quick. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { CompareOptions } from './compare.ts';
import type { MergeWords } from './merge.ts';
import type { ReportOptions } from './report.ts';

/** Errors that are the user's or the machine's to mend: one message, no stack. Everything else is a bug and crashes with one. */
const EXIT_BY_ERROR: ReadonlyMap<string, ExitCode> = new Map([
  ['UsageError', EXIT.usage],
  ['ScenarioError', EXIT.usage],
  ['QuantityError', EXIT.usage],
  ['RecordError', EXIT.usage],
  ['SaveError', EXIT.usage],
  ['MergeError', EXIT.usage],
  ['RunFailure', EXIT.runFailed],
  ['TargetError', EXIT.runFailed],
  ['ProbeError', EXIT.runFailed],
  ['SourceError', EXIT.usage],
  ['BuildError', EXIT.runFailed],
  ['ChildError', EXIT.runFailed],
  ['MismatchError', EXIT.runFailed],
]);

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

const FORMAT_HELP = 'table (default), markdown, json, csv, hgrm, junit or prometheus; repeatable; see "list formats"';
const SUMMARY_HELP = 'with -f json: what the run came to, for scripts, in place of the whole record';

const collect = (value: string, list: readonly string[] | undefined): readonly string[] => [...(list ?? []), value];

function build(setExit: (code: ExitCode) => void): Command {
  const program = new Command('mcp-transport-bench')
    .description('Settles transport arguments about MCP with measurements: HTTP+SSE against WebSocket, claim by claim.')
    .version(manifest.version)
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  mcp-transport-bench run                          the article's comparison, measured here (about 3 minutes)
  mcp-transport-bench run --quick                  the same with shorter windows, for a first look
  mcp-transport-bench run tool-calls -R 200 -d 5s  one scenario, 200 calls a second, five seconds a trial
  mcp-transport-bench report results/x.json -f markdown

Exit codes: 0 done, or passed · 1 a limit is broken · 2 bad input · 3 undecided · 4 the run failed or measured nothing,
or records cannot be compared · 130 interrupted`,
    );

  program
    .command('run')
    .description(
      "measure scenarios over the transports and print the comparison; without a scenario, the article's suite",
    )
    .argument('[scenario...]', 'name of a shipped scenario, or a path to a YAML or JSON file')
    .option(
      '-t, --transport <list>',
      'arms, comma-separated, each transport[@revision][+option…] (see "list transports"), or "all"; one that stands twice is compared with itself',
      'sse,websocket',
    )
    .option('--protocol <revision>', 'for every arm that names none: protocol revision (2025-11-25)')
    .option('--http <version>', 'likewise: HTTP 1.1 or 2 (1.1)')
    .option('--tls', 'likewise: encrypted, with a certificate made for the run')
    .option('--compression <name>', 'likewise: off, deflate (WebSocket), gzip or br (event streams) (off)')
    .option('--reply <mode>', 'likewise, where a transport has the choice: sse or json')
    .option('--client <stack>', 'likewise: which client stack drives, stock, lean or sdk (stock)')
    .option(
      '--network <profile>',
      'likewise: the network between the two ends, emulated: lo, lan (0.5 ms), metro (10 ms), wan (40 ms), wan-lossy (lo)',
    )
    .option(
      '--target <[name=]url>',
      "somebody else's server in place of the tool's own: ws, wss, http or https; the name may be a transport's word and fix it; repeatable",
      collect,
    )
    .option(
      '--command <[name=]command>',
      'the command of the target of that name, started for every trial; without one, a stdio server that every client starts; repeatable',
      collect,
    )
    .option('--tool <name>', "which of a target's tools is called; default: the first whose schema can be satisfied")
    .option(
      '--args <json>',
      'what it is called with, kept in the record as it stands here, so no place for secrets; default: made from its schema',
    )
    .option('--header <name: value>', 'sent to targets with every request, recorded nowhere; repeatable', collect)
    .option('--header-env <name=VARIABLE>', 'likewise, with the value of an environment variable; repeatable', collect)
    .option('--yes', 'send the load to targets that are not on loopback')
    .option(
      '--arm <name=where>',
      'twice: base against head, where is a folder or a git ref; the base is what is called base, else the first',
      collect,
    )
    .option(
      '--setup <command>',
      "for the shell, in the folder of each --arm before it is measured, kept in the record as it stands here, so no place for secrets; default: npm ci in a ref's checkout with a package-lock.json",
    )
    .option('--setup-timeout <time>', 'how long that may take for each (10m)')
    .option(
      '--gate <metrics>',
      'comma-separated: what base and head are judged by, beside bytes (the median call or push, processor time of the server)',
    )
    .option(
      '--max-regression <share>',
      'how much worse than base, or than the baseline, a metric may be; default: 5%, and of head p99 and max 10%',
    )
    .option('--looks <pairs>', 'numbers of pairs after which it is judged and may end (12,20,30)')
    .option('--alpha <share>', 'share of runs that may alarm falsely, over all looks and metrics (0.01)')
    .option('--budget <time>', 'no further block begins that would not be done by then')
    .option('-c, --clients <n>', 'concurrent MCP clients')
    .option('-R, --rate <per-second>', "offered rate, open loop; without it the scenario's own load model")
    .option('-d, --duration <time>', 'measured part of a trial, such as 5s or 500ms')
    .option('-n, --calls <n>', 'measured part of a trial as a number of calls')
    .option('-w, --warmup <time>', 'discarded part before it')
    .option('--payload <size>', 'argument size of a call, such as 256B or 4KiB')
    .option('--trials <n>', 'repetitions of every transport, interleaved', '6')
    .option(
      '--reruns <n>',
      'how many blocks may be measured again, all arms of them, because something disturbed them: hiccups, other work, a driver that was late (without a gate 0, with one half of the trials)',
    )
    .option('--seed <n>', 'repeats the orders, payloads and arrivals of an earlier run')
    .option('--quick', 'shorter windows and fewer levels, for a first look')
    .option(
      '--ceiling',
      'run every driver against a mirror first, where clients never pause, and say at what share of that it ran; without it where such a scenario (chatty) is named',
    )
    .option(
      '--pacing <how>',
      'by what calendars are kept, for every arm alike: spin (to a microsecond, at up to a core), thread or timer; default: spin where the driver can have a core to itself, else thread',
    )
    .option(
      '--placement <where>',
      "cores of endpoint and driver, for every arm alike: apart, same, free (the scheduler's), or two numbers like 0,1 (apart)",
    )
    .option(
      '--drivers <n>',
      'how many processes share the clients and their load, while one more with a single client checks that they do not lie',
    )
    .option('--limit <limit>', 'of knee: what a rate must keep to count as sustained (p99 <= 10ms)')
    .option(
      '--browser <path>',
      'a browser like Chromium for the scenarios that look into one (connection-limits); default: the first on the PATH',
    )
    .option('--ready-timeout <time>', 'how long an endpoint may take to be ready', '10s')
    .option('-o, --output <file|dir>', 'where the record goes; default results/<time>-<scenario>.json')
    .option(
      '--threshold <limit>',
      'a limit that the run is judged by, like "websocket response-time.p99 < 5ms" (see "list metrics"); repeatable',
      collect,
    )
    .option('--baseline <name|file>', 'an earlier record of the same plan that the run is held against')
    .option('--save-baseline <name>', 'keep the record in results/baselines for later runs')
    .option('--control', 'measure a bare exchange before every block, so that other machines can be compared')
    .option('--awake', 'keep the cores from idling while it is measured: steadier and shorter times (what --arm does)')
    .option('--no-awake', 'let them idle, also beside --arm: times as on an idle machine')
    .option('--inconclusive <pass|fail>', 'what an undecided verdict ends as: 0 with a warning, or 1; default: 3')
    .option('-f, --format <name[=path]>', FORMAT_HELP, collect)
    .option('--summary', SUMMARY_HELP)
    .addHelpText(
      'after',
      `
Examples:
  mcp-transport-bench run --quick
  mcp-transport-bench run chatty notifications --trials 12 --seed 7
  mcp-transport-bench run my-scenario.yaml -t sse,websocket,loopback -f table -f markdown=report.md
  mcp-transport-bench run tool-calls -t websocket,websocket      an A/A run: how far apart are equals here?
  mcp-transport-bench run --target http://127.0.0.1:3001/mcp --target ws://127.0.0.1:3002/mcp
  mcp-transport-bench run --command "node server.js" --tool search --args '{"query":"x"}'
  mcp-transport-bench run --command "mine=node server.js" --target mine=http://127.0.0.1:3000/mcp
  mcp-transport-bench run knee --limit "p99 <= 5ms"               the highest rate that each transport sustains
  mcp-transport-bench run -t all --quick                         every variant of every transport
  mcp-transport-bench run -t websocket,streamable-http@2026-07-28+json+h2
  mcp-transport-bench run tool-calls -t sse,sse+wan,websocket,websocket+wan   what a network changes
  mcp-transport-bench run tool-calls --threshold "websocket response-time.p99 < 5ms" --threshold "calls-failed <= 0"
  mcp-transport-bench run tool-calls --save-baseline main        and later: --baseline main --max-regression 5%
  mcp-transport-bench run --arm base=main --arm head=. --command "node server.js"   is this change slower?
  mcp-transport-bench run --arm base=v1.2.0 --arm head=. --setup "npm ci && npm run build" --command "node dist/server.js"
  mcp-transport-bench run tool-calls --arm base=../before --arm head=. -t sse --max-regression 10%   this tool itself

A target's certificate that no known authority has signed is trusted when the environment variable
NODE_EXTRA_CA_CERTS names its PEM file.`,
    )
    .action(async (scenarios: string[], options: Record<string, unknown>, command: Command) => {
      const { runCommand } = await import('./run.ts');
      const isGiven = (option: string): boolean => command.getOptionValueSource(option) === 'cli';
      setExit(await runCommand(scenarios, options, manifest.version, isGiven));
    });

  program
    .command('report')
    .description('print a saved record again, in any format')
    .argument('<record>', 'a JSON file that a run has written')
    .option('-f, --format <name[=path]>', FORMAT_HELP, collect)
    .option('--summary', SUMMARY_HELP)
    .option('--threshold <limit>', 'judge it by this limit, as of run; the exit code follows; repeatable', collect)
    .option('--inconclusive <pass|fail>', 'what an undecided verdict ends as: 0 with a warning, or 1; default: 3')
    .addHelpText(
      'after',
      `
Examples:
  mcp-transport-bench report results/2026-11-22T10-00-00-article.json -f markdown=report.md
  mcp-transport-bench report results/2026-11-22T10-00-00-article.json -f json --summary
  mcp-transport-bench report results/2026-11-22T10-00-00-article.json -f junit=junit.xml -f hgrm=histograms/
  mcp-transport-bench report results/x.json --threshold "sse rate >= 2000/s"`,
    )
    .action(async (record: string, options: ReportOptions) => {
      const { reportCommand } = await import('./report.ts');
      setExit(await reportCommand(record, options));
    });

  program
    .command('compare')
    .description('hold one saved record against another, metric by metric')
    .argument('<base>', 'a JSON file that a run has written')
    .argument('<head>', 'another of the same plan, measured later')
    .option('--max-regression <share>', 'how much worse a metric may be, such as 5%; the exit code follows')
    .option('--common', 'compare what both measure, and leave out the rest')
    .option('--inconclusive <pass|fail>', 'what an undecided verdict ends as: 0 with a warning, or 1; default: 3')
    .option('-f, --format <name[=path]>', 'table (default), markdown, json or junit; repeatable', collect)
    .addHelpText(
      'after',
      `
Examples:
  mcp-transport-bench compare results/baselines/main.json results/x.json
  mcp-transport-bench compare base.json head.json --max-regression 5% -f markdown=comparison.md

Times of different machines are compared only where both runs were made with --control.`,
    )
    .action(async (base: string, head: string, options: CompareOptions) => {
      const { compareCommand } = await import('./compare.ts');
      setExit(await compareCommand(base, head, options));
    });

  program
    .command('merge')
    .description('add up records of several drivers or machines that ran the same plan, and print the result')
    .argument('<record...>', 'two or more JSON files that a run with the same words, --seed and release has written')
    .option('-o, --output <file|dir>', 'where the merged record goes; default results/<time>-merged.json')
    .option('-f, --format <name[=path]>', FORMAT_HELP, collect)
    .option('--summary', SUMMARY_HELP)
    .addHelpText(
      'after',
      `
Examples:
  mcp-transport-bench merge here.json there.json -o both.json
  mcp-transport-bench merge driver-*.json -f markdown=report.md

On each machine, at the same time: mcp-transport-bench run chatty --seed 7 --target ws://127.0.0.1:3002/mcp

Trial by trial, histograms are added bucket by bucket; calls, events, bytes, rates, sockets, processor time and
memory are sums. Where the drivers' medians are more than 10 % apart a doubt says so. Studies stay behind.`,
    )
    .action(async (records: string[], options: MergeWords) => {
      const { mergeCommand } = await import('./merge.ts');
      const { output, format: formats, summary = false } = options;
      await mergeCommand(records, { output, formats, summary, version: manifest.version });
    });

  program
    .command('verify')
    .description('compute again what saved records state, and say where they state something else')
    .argument('<record...>', 'JSON files that a run or merge has written')
    .addHelpText(
      'after',
      `
Examples:
  mcp-transport-bench verify results/2026-11-22T10-00-00-article.json
  mcp-transport-bench verify results/*.json && echo they agree with themselves

Every estimate, comparison, claim and gate verdict is computed again from the trials and studies in the
file, and compared to the last bit; counts, histograms, books, rates and doubts are held against each other.
What nothing else in a file depends on, such as the machine's name, nobody can compute again.

Exit codes: 0 everything agrees · 1 something differs · 2 no record · 3 a record that states nothing
(of an earlier release, or cut off); of several records, the gravest: 2, 1, 3, 0`,
    )
    .action(async (records: string[]) => {
      const { verifyCommand } = await import('./verify.ts');
      setExit(verifyCommand(records, manifest.version));
    });

  program
    .command('list')
    .description('what there is: scenarios, transports, claims, metrics, formats')
    .argument('[what]', 'scenarios, transports, claims, metrics or formats; everything without it')
    .addHelpText('after', '\nExamples:\n  mcp-transport-bench list\n  mcp-transport-bench list scenarios')
    .action(async (what: string | undefined) => {
      const { listCommand } = await import('./list.ts');
      await listCommand(what);
    });

  program
    .command('doctor')
    .description('say whether this machine can measure: cores, quotas, pauses, timers, clocks, what else runs')
    .option('--calibrate', 'measure equals against each other, and say how small a difference this machine can tell')
    .option('--pairs <n>', 'how many pairs of equals (10)')
    .option('--quick', 'shorter windows, for a first look')
    .option('-f, --format <name>', 'table or json', 'table')
    .addHelpText(
      'after',
      `
Examples:
  mcp-transport-bench doctor                      ten seconds
  mcp-transport-bench doctor --calibrate          about four minutes more

Exit codes: 0 fit · 3 times measured here should decide nothing, or equals come out as different · 4 cannot measure`,
    )
    .action(async (options: Record<string, unknown>) => {
      const { doctorCommand } = await import('./doctor.ts');
      setExit(await doctorCommand(options, manifest.version));
    });

  program
    .command('validate')
    .description('check a scenario file and say what it would measure')
    .argument('<scenario>', 'name of a shipped scenario, or a path')
    .addHelpText('after', '\nExample:\n  mcp-transport-bench validate my-scenario.yaml')
    .action(async (scenario: string) => {
      const { validateCommand } = await import('./validate.ts');
      validateCommand(scenario);
    });

  program
    .command('schema')
    .description(
      'print the JSON Schema of scenario files, of run records or their summaries, of what compare or doctor print',
    )
    .argument('<what>', 'scenario, record, summary, comparison or doctor')
    .addHelpText('after', '\nExample:\n  mcp-transport-bench schema scenario > scenario.schema.json')
    .action(async (what: string) => {
      const { schemaCommand } = await import('./schema.ts');
      await schemaCommand(what);
    });

  return program;
}

async function main(): Promise<ExitCode> {
  let exit: ExitCode = EXIT.pass;
  try {
    await build((code) => {
      exit = code;
    }).parseAsync();
    return exit;
  } catch (error) {
    return exitOf(error);
  }
}

function exitOf(error: unknown): ExitCode {
  // commander has printed its message; help and version end with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  const code = error instanceof Error ? EXIT_BY_ERROR.get(error.name) : undefined;
  if (code === undefined) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  return code;
}

// A reader that has seen enough (`| head`) is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    if (stream === process.stdout) process.stderr.write(`cannot write to stdout: ${error.message}\n`);
    process.exit(EXIT.runFailed);
  });
}

// A bug crashes with its stack; 1 would say that a gate has failed.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  process.exit(EXIT.runFailed);
});

// Node ends with a code of its own, and without a word, when nothing is left that could wake whoever still waits.
const waitsForNothing = (): void => {
  process.stderr.write('the run stopped before its end: nothing is left that it could wait for\n');
  process.exit(EXIT.runFailed);
};
process.once('beforeExit', waitsForNothing);
process.exitCode = await main();
process.off('beforeExit', waitsForNothing);
