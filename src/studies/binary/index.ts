/** Images: what base64 in JSON costs on each transport, and what WebSocket's binary frames would, outside of MCP's rules. */
import type { Arm } from '../../scenario/plan.ts';
import { seconds } from '../../units.ts';
import type { StepContext, Study } from '../contract.ts';
import { RAW_FRAMES } from '../../scenario/studies/binary.ts';
import { sizeWord } from './forms.ts';
import { fetchOverMcp } from './over-mcp.ts';
import { fetchRaw } from './raw-frames.ts';

export const study: Study<'binary'> = {
  name: 'binary',
  subjects: ({ settings, arms }) =>
    settings.sizes.flatMap((size) =>
      [...arms.map(({ id }) => id), RAW_FRAMES].map((form) => ({ form, size: sizeWord(size) })),
    ),
  limitNs: () => seconds(60),
  measure: async ({ form, size }, context) => {
    const imageBytes = Number(size);
    if (form === RAW_FRAMES) return { status: 'measured', data: await fetchRaw(imageBytes, context) };
    return { status: 'measured', data: await fetchOverMcp(imageBytes, armOf(form, context), context) };
  },
};

function armOf(id: string | undefined, { arms }: StepContext<'binary'>): Arm {
  const found = arms.find((arm) => arm.id === id);
  if (found === undefined) throw new Error(`no arm "${id ?? ''}" was chosen`);
  return found;
}
