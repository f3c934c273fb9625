/** Numbers that others have published, measured here in the ways that would explain them. */
import { PUBLISHED } from '../../scenario/studies/published.ts';
import { seconds } from '../../units.ts';
import type { Study } from '../contract.ts';
import { WAYS } from './ways.ts';

export const study: Study<'published'> = {
  name: 'published',
  subjects: () => PUBLISHED.flatMap(({ id, ways }) => ways.map((way) => ({ figure: id, way }))),
  limitNs: () => seconds(90),
  measure: ({ figure = '', way = '' }, context) => {
    const measure = WAYS[figure]?.[way];
    if (measure === undefined) throw new Error(`no way "${way}" of measuring "${figure}"`);
    return measure(context);
  },
};
