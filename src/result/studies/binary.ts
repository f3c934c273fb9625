/** What one step of the study `binary` found. */
import { z } from 'zod';

export const data = z.object({});
