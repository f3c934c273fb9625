/** What one step of the study `connect` found. */
import { z } from 'zod';

export const data = z.object({});
