/** The study `multi-server` in a report. */
import type { StudyRendering } from './rendering.ts';

export const render: StudyRendering<'multi-server'> = () => ({ lines: [], tables: [], notes: [] });
