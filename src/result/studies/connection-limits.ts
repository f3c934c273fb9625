/** What one step of the study `connection-limits` found. */
import { z } from 'zod';

export const data = z.object({});
