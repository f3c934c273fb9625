import { describe, expect, test } from 'vitest';
import { splitCommand } from './split-command.ts';

describe('splitCommand', () => {
  test.each([
    ['node server.js', ['node', 'server.js']],
    ['  a \t b\nc ', ['a', 'b', 'c']],
    [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
    [`a --x="1 2"'3'4`, ['a', '--x=1 234']],
    [String.raw`a b\ c "\"\\\n" '\n'`, ['a', 'b c', String.raw`"\\n`, String.raw`\n`]],
    [`a '' ""`, ['a', '', '']],
    ['a; rm -rf $HOME && `x` | y > z *', ['a;', 'rm', '-rf', '$HOME', '&&', '`x`', '|', 'y', '>', 'z', '*']],
  ])('%s', (text, argv) => {
    expect(splitCommand(text)).toEqual({ ok: true, argv });
  });

  test.each([['"a'], ["a 'b"], ['a \\'], [''], ['  '], ["''"]])('%j is refused', (text) => {
    expect(splitCommand(text).ok).toBe(false);
  });
});
