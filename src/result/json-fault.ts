/** Where a text stops being JSON. `JSON.parse` says so too, in words that differ between versions of Node and often without the place. */

type Token = '{' | '}' | '[' | ']' | ',' | ':' | 'string' | 'scalar';
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'more or end';

interface Read {
  readonly token: Token | undefined;
  /** Behind the token; without one, where the fault is. */
  readonly at: number;
}

/** The offset of the first character that no JSON text could have there; the length of the text where more was to come. For texts that `JSON.parse` refuses. */
export function jsonFault(text: string): number {
  const open: Token[] = [];
  let expected: Expected = 'value';
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const read = readToken(text, at);
    if (read.token === undefined) return read.at;
    const next = follow(read.token, expected, open);
    if (next === undefined) return at;
    expected = next;
    at = skipSpace(text, read.at);
  }
  return text.length;
}

/** What is expected behind a token, which opens or closes a level; `undefined` where the token cannot stand. */
function follow(token: Token, expected: Expected, open: Token[]): Expected | undefined {
  switch (expected) {
    case 'key':
      return token === 'string' ? 'colon' : undefined;
    case 'key or }':
      return token === '}' ? close(open) : follow(token, 'key', open);
    case 'colon':
      return token === ':' ? 'value' : undefined;
    case 'value or ]':
      return token === ']' ? close(open) : follow(token, 'value', open);
    case 'value':
      return token === '{' || token === '['
        ? enter(token, open)
        : token === 'string' || token === 'scalar'
          ? 'more or end'
          : undefined;
    case 'more or end':
      return afterValue(token, open);
  }
}

function enter(token: '{' | '[', open: Token[]): Expected {
  open.push(token);
  return token === '{' ? 'key or }' : 'value or ]';
}

function close(open: Token[]): Expected {
  open.pop();
  return 'more or end';
}

function afterValue(token: Token, open: Token[]): Expected | undefined {
  const inside = open.at(-1);
  if (inside === '{') return token === ',' ? 'key' : token === '}' ? close(open) : undefined;
  if (inside === '[') return token === ',' ? 'value' : token === ']' ? close(open) : undefined;
  return undefined;
}

function readToken(text: string, at: number): Read {
  const first = text.charAt(at);
  switch (first) {
    case '{':
    case '}':
    case '[':
    case ']':
    case ',':
    case ':':
      return { token: first, at: at + 1 };
    case '"':
      return readString(text, at);
    default:
      return readScalar(text, at);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
/** What may become one, if the text goes on. */
const BEGUN_ESCAPE = /^\\(?:u[0-9a-fA-F]{0,3})?$/;

function readString(text: string, start: number): Read {
  let at = start + 1;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return { token: 'string', at: at + 1 };
    if (unit < 0x20) return { token: undefined, at };
    const length = unit === BACKSLASH ? escapeLength(text, at) : 1;
    if (length === 0) return { token: undefined, at: BEGUN_ESCAPE.test(text.slice(at)) ? text.length : at };
    at += length;
  }
  return { token: undefined, at: text.length };
}

function escapeLength(text: string, at: number): number {
  ESCAPE.lastIndex = at;
  return ESCAPE.exec(text)?.[0].length ?? 0;
}

const SCALAR = /^(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)$/;
/** What may become one of them. */
const BEGUN = /^(?:t|tr|tru|f|fa|fal|fals|n|nu|nul|-|-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?)?)$/;

/** A number or one of the three words. */
function readScalar(text: string, start: number): Read {
  let end = start;
  while (end < text.length && /[-+.0-9A-Za-z]/.test(text.charAt(end))) end += 1;
  const scalar = text.slice(start, end);
  if (SCALAR.test(scalar)) return { token: 'scalar', at: end };
  return { token: undefined, at: end === text.length && BEGUN.test(scalar) ? text.length : start };
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at += 1;
  return at;
}
