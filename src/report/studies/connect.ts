/** The study `connect` in a report. */
import type { StudyRendering } from './rendering.ts';

export const render: StudyRendering<'connect'> = () => ({ lines: [], tables: [], notes: [] });
