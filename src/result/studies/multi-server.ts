/** What one step of the study `multi-server` found. */
import { z } from 'zod';

export const data = z.object({});
