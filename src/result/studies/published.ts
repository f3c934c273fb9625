/** What one step of the study `published` found. */
import { z } from 'zod';

export const data = z.object({});
