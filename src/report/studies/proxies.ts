/** The study `proxies` in a report. */
import type { StudyRendering } from './rendering.ts';

export const render: StudyRendering<'proxies'> = () => ({ lines: [], tables: [], notes: [] });
