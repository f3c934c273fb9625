/** The study `connection-limits` in a report. */
import type { StudyRendering } from './rendering.ts';

export const render: StudyRendering<'connection-limits'> = () => ({ lines: [], tables: [], notes: [] });
