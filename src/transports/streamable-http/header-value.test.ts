import { validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHeaderValue, toHeaderValue } from './header-value.ts';

describe('names as header values', () => {
  it.each([
    ['echo', 'echo'],
    ['a name with spaces', 'a name with spaces'],
    ['bench://feed?x=1', 'bench://feed?x=1'],
    ['tab\tin it', 'tab\tin it'],
    ['', '=?base64??='],
    [' leading', '=?base64?IGxlYWRpbmc=?='],
    ['trailing ', '=?base64?dHJhaWxpbmcg?='],
    ['Grüße', '=?base64?R3LDvMOfZQ==?='],
    ['two\nlines', '=?base64?dHdvCmxpbmVz?='],
    ['=?base64?ZWNobw==?=', '=?base64?PT9iYXNlNjQ/WldOb2J3PT0/PQ==?='],
  ])('%j is written as %j', (name, value) => {
    expect(toHeaderValue(name)).toBe(value);
    expect(fromHeaderValue(value)).toBe(name);
  });

  it.each(['=?base64?!?=', '=?base64?ZWNobw?=', '=?base64?ZWNo bw==?='])(
    '%j says that it is encoded and is not',
    (value) => {
      expect(fromHeaderValue(value)).toBeUndefined();
    },
  );

  it('what only begins or only ends like an encoded one is taken as it is', () => {
    expect(fromHeaderValue('=?base64?ZWNobw==')).toBe('=?base64?ZWNobw==');
    expect(fromHeaderValue('ZWNobw==?=')).toBe('ZWNobw==?=');
  });

  it('every text comes back as it was, by way of a legal header value', () => {
    const sentinels = fc.string({ unit: 'grapheme' }).map((text) => `=?base64?${text}?=`);
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme-ascii' }), sentinels),
        (text) => {
          const value = toHeaderValue(text);
          expect(() => validateHeaderValue('mcp-name', value)).not.toThrow();
          expect(value).toBe(value.trim());
          expect(value).toMatch(/^[\t\x20-\x7e]+$/);
          expect(fromHeaderValue(value)).toBe(text);
        },
      ),
    );
  });
});
