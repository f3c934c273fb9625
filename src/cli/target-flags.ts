/** The flags about other people's servers, read. What is secret in them is never repeated in a message. */
import type { JsonObject } from '../mcp/jsonrpc.ts';
import { isObject } from '../mcp/jsonrpc.ts';
import { type ArmWord, readArmWord } from '../scenario/arm-word.ts';
import type { ProtocolRevision } from '../scenario/variant.ts';
import { isPrintable, quote } from '../scenario/wording.ts';
import type { ToolWish } from '../target/choose-tool.ts';
import { type TargetSpec, shownUrl } from '../target/spec.ts';
import { splitCommand } from '../target/split-command.ts';
import { UsageError } from './exit-code.ts';

export interface TargetFlags {
  readonly specs: readonly TargetSpec[];
  readonly wish: ToolWish;
  /** As they were given by flags, for every target. */
  readonly headers: Readonly<Record<string, string>>;
  /** The load may go to another machine. */
  readonly yes: boolean;
}

/** What makes no sense beside a target: the server is as it is. */
const NOT_BESIDE = ['transport', 'http', 'tls', 'compression', 'reply', 'client', 'network', 'payload'] as const;
/** What makes no sense without one. */
const ONLY_BESIDE = ['tool', 'args', 'header', 'headerEnv', 'yes'] as const;
const FLAG_NAMES: Readonly<Record<string, string>> = { headerEnv: '--header-env' };
const flagOf = (name: string): string => FLAG_NAMES[name] ?? `--${name}`;

export interface TargetOptions {
  readonly options: Record<string, unknown>;
  readonly transportNames: readonly string[];
  /** Whether the option was typed, and is not there by default. */
  readonly isGiven: (name: string) => boolean;
  readonly protocol: ProtocolRevision | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** `undefined` when nobody else's server was named. */
export function readTargetFlags(given: TargetOptions): TargetFlags | undefined {
  const { options, isGiven } = given;
  const targets = listOf(options['target']);
  const commands = listOf(options['command']);
  if (targets.length + commands.length === 0) {
    const lonely = ONLY_BESIDE.find(isGiven);
    if (lonely !== undefined) throw new UsageError(`${flagOf(lonely)}: goes with --target or --command only`);
    return undefined;
  }
  const misplaced = NOT_BESIDE.find(isGiven);
  if (misplaced !== undefined)
    throw new UsageError(
      `${flagOf(misplaced)}: cannot stand beside --target or --command, which measure somebody else's server as it is; measure the tool's own endpoints in a run of their own`,
    );
  const headers = readHeaders(listOf(options['header']), listOf(options['headerEnv']), given.env);
  return {
    specs: readSpecs(targets, commands, { ...given, headers }),
    headers,
    wish: { tool: textOf(options['tool']), args: readArgs(textOf(options['args'])) },
    yes: options['yes'] === true,
  };
}

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

type WithHeaders = TargetOptions & Pick<TargetFlags, 'headers'>;

function readSpecs(targets: readonly string[], commands: readonly string[], given: WithHeaders): TargetSpec[] {
  const started = commands.map((text) => readCommand(text, given));
  const reached = targets.map((text) => readTarget(text, given));
  const shared = started.find(({ name }) => reached.filter((spec) => spec.name === name).length > 1);
  if (shared !== undefined) throw new UsageError(onlyOneTarget(shared.name));
  const specs = reached.map((spec) => ({ ...spec, argv: started.find(({ name }) => name === spec.name)?.argv }));
  const alone = started.filter(({ name }) => !reached.some((spec) => spec.name === name));
  const foreign = alone.find(({ transport = 'stdio' }) => transport !== 'stdio');
  if (foreign !== undefined)
    throw new UsageError(`--command: ${quote(foreign.name)} is no stdio server, and there is no --target of that name`);
  const all = [...specs, ...alone];
  const twice = all.find(({ name }, index) => all.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined)
    throw new UsageError(`two servers are named ${quote(twice.name)}; name them apart: --target <name>=<url>`);
  return all;
}

const onlyOneTarget = (name: string): string =>
  `--command ${quote(name)}: one command serves one --target, and more than one is named so; give each its own (a second --command <name>=…), or start the server yourself and name only its targets`;

/** `name=` before a URL; a URL may hold an equals sign of its own. */
const NAMED_TARGET = /^([^=:/?#]*)=([\s\S]*)$/;
const SCHEMES: ReadonlySet<string> = new Set(['ws:', 'wss:', 'http:', 'https:']);

function readTarget(text: string, given: WithHeaders): TargetSpec {
  const [, name, rest] = NAMED_TARGET.exec(text) ?? [undefined, undefined, text];
  const address = rest ?? '';
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !SCHEMES.has(url.protocol) || url.hostname === '')
    throw new UsageError(
      `--target${name === undefined ? '' : ` ${quote(name)}`}: got no URL that can be reached, expected [name=]http://…, https://…, ws:// or wss://…`,
    );
  const word = name === undefined ? undefined : wordIn('--target', name, given);
  const isWebSocket = url.protocol.startsWith('ws');
  if (word !== undefined && (word.transport === 'websocket') !== isWebSocket)
    throw new UsageError(`--target: ${quote(name ?? '')} does not go with ${url.protocol}// (${shownUrl(url)})`);
  const credentials = basicOf(url);
  url.username = '';
  url.password = '';
  url.hash = '';
  return {
    name: checkedName('--target', name ?? defaultName(url)),
    url: url.href,
    argv: undefined,
    headers: { ...credentials, ...given.headers },
    transport: word?.transport,
    protocol: word?.axes.protocol ?? given.protocol,
  };
}

/** Not one that could stand before an equals sign: it holds a colon or a slash. */
const defaultName = ({ host, pathname }: URL): string => `${host}${pathname}`;
const isDefaultName = (name: string, url: string): boolean => name === defaultName(new URL(url));

/** Without its percent signs, or as it is where they stand for nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** [RFC 7617] what a browser would make of `user:password@`. */
function basicOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

const NAMED_COMMAND = /^([\w.@-]+)=([\s\S]*)$/;

function readCommand(text: string, given: TargetOptions): TargetSpec {
  const [, name, command] = NAMED_COMMAND.exec(text) ?? [undefined, undefined, text];
  const split = splitCommand(command ?? '');
  if (!split.ok) throw new UsageError(`--command${name === undefined ? '' : ` ${quote(name)}`}: ${split.why}`);
  const word = name === undefined ? undefined : wordIn('--command', name, given);
  return {
    name: checkedName('--command', name ?? programName(split.argv)),
    url: undefined,
    argv: split.argv,
    headers: {},
    transport: word?.transport,
    protocol: word?.axes.protocol ?? given.protocol,
  };
}

/** The program alone: its arguments may be secret. */
const programName = (argv: readonly string[]): string => argv[0]?.split(/[/\\]/).at(-1) ?? '';

/** A name that is a transport's word fixes the transport, and with `@` the revision; every other name is just a name. */
function wordIn(flag: string, name: string, { transportNames }: TargetOptions): ArmWord | undefined {
  if (!transportNames.includes(name.split(/[@+]/)[0] ?? '')) return undefined;
  const read = readArmWord(name, transportNames);
  if (!read.ok) throw new UsageError(`${flag}: ${read.why}`);
  if (Object.keys(read.word.axes).some((axis) => axis !== 'protocol') || read.word.transport === 'loopback')
    throw new UsageError(
      `${flag}: got ${quote(name)}, expected a transport and at most a revision: sse, websocket@2025-11-25`,
    );
  return read.word;
}

const LONGEST_NAME = 80;

function checkedName(flag: string, name: string): string {
  if (name === '' || name === 'embedded' || name.length > LONGEST_NAME || !isPrintable(name))
    throw new UsageError(
      `${flag}: got the name ${quote(name)}, expected 1 to ${LONGEST_NAME} printable characters and not "embedded"; name it yourself: ${flag} <name>=…`,
    );
  return name;
}

/** [RFC 9110] 5.1 and 5.5: a token, and visible characters with blanks between them. */
const HEADER =
  /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*[:]\s*([\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)\s*$/;
const HEADER_ENV = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([A-Za-z_]\w*)$/;
/** What the transports say themselves. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'connection',
  'content-length',
  'content-type',
  'host',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'transfer-encoding',
  'upgrade',
]);

function readHeaders(
  plain: readonly string[],
  fromEnv: readonly string[],
  env: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const named = plain.map((text): readonly [string, string] => {
    const [, name, value] = HEADER.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError('--header: got no header (its text is not shown), expected "Name: value"');
    return ['--header', `${name}: ${value}`];
  });
  const looked = fromEnv.map((text): readonly [string, string] => {
    const [, name, variable] = HEADER_ENV.exec(text) ?? [];
    if (name === undefined || variable === undefined)
      throw new UsageError('--header-env: got something else (it is not shown), expected "Name=VARIABLE"');
    const value = env[variable];
    if (value === undefined || value === '') throw new UsageError(`--header-env: ${name}: ${variable} is not set`);
    if (!HEADER.test(`${name}: ${value}`))
      throw new UsageError(`--header-env: ${name}: what ${variable} holds cannot be a header's value`);
    return ['--header-env', `${name}: ${value.trim()}`];
  });
  // What this process starts inherits its environment: a secret that is a header is nobody else's.
  for (const text of fromEnv) Reflect.deleteProperty(env, HEADER_ENV.exec(text)?.[2] ?? '');
  const headers: Record<string, string> = {};
  for (const [flag, text] of [...named, ...looked]) {
    const name = text.slice(0, text.indexOf(':')).toLowerCase();
    if (OWN_HEADERS.has(name)) throw new UsageError(`${flag}: ${name} is the transport's own`);
    headers[name] = text.slice(text.indexOf(':') + 2);
  }
  return headers;
}

function readArgs(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`--args: got ${quote(text)}, which is not JSON; expected an object like '{"message":"hi"}'`);
  }
  if (isObject(value)) return value;
  throw new UsageError(`--args: got ${quote(text)}, expected a JSON object like '{"message":"hi"}'`);
}

/** Stands where a word was given that is recorded nowhere. */
const KEPT_BACK = '…';

/** The words that repeat these flags, with a `…` in place of what may be secret in them: headers, credentials, queries, arguments of a command. */
export function targetWords({ specs, wish, headers }: TargetFlags): readonly string[] {
  const servers = specs.flatMap((spec) => [...urlWords(spec, headers), ...commandWords(spec)]);
  return [
    ...servers,
    ...Object.keys(headers).flatMap(() => ['--header', KEPT_BACK]),
    ...(wish.tool === undefined ? [] : ['--tool', wish.tool]),
    ...(wish.args === undefined ? [] : ['--args', JSON.stringify(wish.args)]),
  ];
}

function urlWords({ name, url, headers }: TargetSpec, given: TargetFlags['headers']): readonly string[] {
  if (url === undefined) return [];
  const hadCredentials = headers['authorization'] !== undefined && given['authorization'] === undefined;
  const host = hadCredentials ? shownUrl(url).replace('//', `//${KEPT_BACK}@`) : shownUrl(url);
  const whole = new URL(url).search === '' ? host : `${host}?${KEPT_BACK}`;
  return ['--target', isDefaultName(name, url) ? whole : `${name}=${whole}`];
}

function commandWords({ name, argv }: TargetSpec): readonly string[] {
  if (argv === undefined) return [];
  return ['--command', `${name}=${programName(argv)}${argv.length > 1 ? ` ${KEPT_BACK}` : ''}`];
}
