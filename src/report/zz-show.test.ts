import { test } from 'vitest';
import { writeFileSync } from 'node:fs';
import * as golden from '../../test/golden/reports.ts';
import { format as table } from './formats/table.ts';
import { format as markdown } from './formats/markdown.ts';
test('show', () => {
  for (const [name, make] of Object.entries(golden)) {
    if (name === 'reportOf') continue;
    const report = golden.reportOf((make as () => never)());
    writeFileSync(`/tmp/${name}.txt`, table.render(report));
    writeFileSync(`/tmp/${name}.md`, markdown.render(report));
  }
});
