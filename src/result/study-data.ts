/** What one step of each study leaves in the record: raw values, never estimates. */
import type { z } from 'zod';
import type { StudyName } from '../scenario/study.ts';
import { data as attribution } from './studies/attribution.ts';
import { data as binary } from './studies/binary.ts';
import { data as connect } from './studies/connect.ts';
import { data as connectionLimits } from './studies/connection-limits.ts';
import { data as knee } from './studies/knee.ts';
import { data as listeners } from './studies/listeners.ts';
import { data as multiServer } from './studies/multi-server.ts';
import { data as proxies } from './studies/proxies.ts';
import { data as published } from './studies/published.ts';
import { data as reconnect } from './studies/reconnect.ts';

export const STUDY_DATA = {
  attribution,
  binary,
  connect,
  'connection-limits': connectionLimits,
  knee,
  listeners,
  'multi-server': multiServer,
  proxies,
  published,
  reconnect,
} as const satisfies Readonly<Record<StudyName, z.ZodObject>>;

/** What a step of each study found, as the record's file holds it: spans in nanoseconds, sizes in bytes. */
export type StudyData = { readonly [N in StudyName]: z.infer<(typeof STUDY_DATA)[N]> };
