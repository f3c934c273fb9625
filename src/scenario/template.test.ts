import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTemplate, TemplateError } from './template.ts';

it('a text without placeholders is one part', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }).filter((text) => !text.includes('{{')),
      (text) => {
        expect(parseTemplate(text)).toEqual([{ kind: 'text', text }]);
      },
    ),
  );
});

it('placeholders split the text around them', () => {
  expect(parseTemplate('{{sequence}}{{ client }} and {{filler:1KiB}}!')).toEqual([
    { kind: 'sequence' },
    { kind: 'client' },
    { kind: 'text', text: ' and ' },
    { kind: 'filler', bytes: 1024 },
    { kind: 'text', text: '!' },
  ]);
});

it.each([
  '{{',
  'a {{client',
  '{{client}} {{',
  '{{clients}}',
  '{{}}',
  '{{filler}}',
  '{{filler:}}',
  '{{filler:-1B}}',
  '{{{client}}}',
])('refuses %s', (text) => {
  expect(() => parseTemplate(text)).toThrow(TemplateError);
});

it('the whole text stays below 4MiB', () => {
  expect(parseTemplate('{{filler:4MiB}}')).toHaveLength(1);
  expect(() => parseTemplate('{{filler:4MiB}}x')).toThrow('a text of at most 4MiB');
});
