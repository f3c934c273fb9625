/** What one step of the study `reconnect` found. */
import { z } from 'zod';

export const data = z.object({ cameBack: z.boolean() });
