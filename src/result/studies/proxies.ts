/** What one step of the study `proxies` found. */
import { z } from 'zod';

export const data = z.object({});
