/** The study `reconnect` in a report. */
import type { StudyRendering } from './rendering.ts';

export const render: StudyRendering<'reconnect'> = () => ({ lines: [], tables: [], notes: [] });
