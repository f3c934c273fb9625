/** What a scenario file may set of each study. */
import type { z } from 'zod';
import type { StudyName } from './study.ts';
import { settings as attribution } from './studies/attribution.ts';
import { settings as binary } from './studies/binary.ts';
import { settings as connect } from './studies/connect.ts';
import { settings as connectionLimits } from './studies/connection-limits.ts';
import { settings as knee } from './studies/knee.ts';
import { settings as listeners } from './studies/listeners.ts';
import { settings as multiServer } from './studies/multi-server.ts';
import { settings as proxies } from './studies/proxies.ts';
import { settings as published } from './studies/published.ts';
import { settings as reconnect } from './studies/reconnect.ts';

export const STUDY_SETTINGS = {
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
} as const satisfies Readonly<Record<StudyName, z.ZodType>>;

/** The settings of each study, every default filled in and every quantity in its inner unit. */
export type StudySettings = { readonly [N in StudyName]: z.output<(typeof STUDY_SETTINGS)[N]> };
