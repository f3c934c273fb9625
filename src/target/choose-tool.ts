/** Which tool of somebody's server is called, and with what. */
import { type JsonObject, isObject } from '../mcp/jsonrpc.ts';
import { didYouMean } from '../scenario/nearest.ts';
import { escapeUnprintable, quote } from '../scenario/wording.ts';
import { makeArguments } from './make-arguments.ts';
import { holdsSecret } from './spec.ts';

/** A call that stands for every call of a scenario. */
export interface ToolCall {
  readonly tool: string;
  readonly args: JsonObject;
}

export interface ToolWish {
  readonly tool: string | undefined;
  readonly args: JsonObject | undefined;
}

/** What can be called, the first choice first, and why the others cannot. */
export interface Candidates {
  readonly calls: readonly ToolCall[];
  readonly skipped: readonly { readonly tool: string; readonly why: string }[];
}

/**
 * Tools as `tools/list` told them. With arguments given, whether they fit is the server's to say. A call is shown and
 * recorded: none is made of what the server repeats of the secrets. Throws an `Error` with one line for a tool that does not exist.
 */
export function candidates(tools: readonly JsonObject[], wish: ToolWish, secrets: readonly string[]): Candidates {
  const named = tools.filter(({ name }) => typeof name === 'string');
  const wanted = wish.tool === undefined ? named : named.filter(({ name }) => name === wish.tool);
  if (wish.tool !== undefined && wanted.length === 0) throw new Error(noSuchTool(wish.tool, named));
  const calls: ToolCall[] = [];
  const skipped: { tool: string; why: string }[] = [];
  for (const tool of wanted) {
    const name = String(tool['name']);
    const why = wish.tool === undefined ? unwise(tool, secrets) : undefined;
    const made =
      wish.args === undefined ? makeArguments(tool['inputSchema'], secrets) : { ok: true as const, value: wish.args };
    if (why !== undefined) skipped.push({ tool: name, why });
    else if (made.ok) calls.push({ tool: name, args: made.value });
    else skipped.push({ tool: name, why: made.why });
  }
  return { calls, skipped };
}

/** Why a tool is not called unless it is named. */
function unwise({ name, annotations, execution }: JsonObject, secrets: readonly string[]): string | undefined {
  if (holdsSecret(name, secrets)) return 'its name holds what is secret';
  if (isObject(annotations) && annotations['destructiveHint'] === true && annotations['readOnlyHint'] !== true)
    return 'it says that it is destructive';
  return isObject(execution) && execution['taskSupport'] === 'required' ? 'it answers with tasks only' : undefined;
}

function noSuchTool(wanted: string, tools: readonly JsonObject[]): string {
  const names = tools.map(({ name }) => String(name));
  const few = names.slice(0, 20).map(quote).join(', ');
  const meant = didYouMean(wanted, names);
  return `has no tool ${quote(wanted)}${meant === '' ? `; it has ${few || 'none'}` : escapeUnprintable(meant)}`;
}
