/** The study `binary` in a report. */
import type { StudyRendering } from './rendering.ts';

export const render: StudyRendering<'binary'> = () => ({ lines: [], tables: [], notes: [] });
