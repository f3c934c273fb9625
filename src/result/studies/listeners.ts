/** What one step of the study `listeners` found. */
import { z } from 'zod';

export const data = z.object({});
