import { expect, it } from 'vitest';
import { formatNames, loadFormat } from './discover.ts';

it('finds the formats by listing the folder', () => {
  expect(formatNames()).toEqual(expect.arrayContaining(['json', 'markdown', 'table']));
});

it('loads each under its own name', async () => {
  for (const name of formatNames()) expect((await loadFormat(name)).name).toBe(name);
});

it('refuses a name that is no file, and says which there are', async () => {
  await expect(loadFormat('../escape')).rejects.toThrow(/no format named.*json, junit, markdown, prometheus, table/);
});
