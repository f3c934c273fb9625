/** The study `listeners` in a report. */
import type { StudyRendering } from './rendering.ts';

export const render: StudyRendering<'listeners'> = () => ({ lines: [], tables: [], notes: [] });
