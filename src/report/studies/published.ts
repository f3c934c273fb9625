/** The study `published` in a report. */
import type { StudyRendering } from './rendering.ts';

export const render: StudyRendering<'published'> = () => ({ lines: [], tables: [], notes: [] });
