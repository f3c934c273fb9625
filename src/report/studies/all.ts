/** What each study looks like in a report. */
import type { StudyName } from '../../scenario/study.ts';
import type { StudyRendering } from './rendering.ts';
import { render as attribution } from './attribution.ts';
import { render as binary } from './binary.ts';
import { render as connect } from './connect.ts';
import { render as connectionLimits } from './connection-limits.ts';
import { render as knee } from './knee.ts';
import { render as listeners } from './listeners.ts';
import { render as multiServer } from './multi-server.ts';
import { render as proxies } from './proxies.ts';
import { render as published } from './published.ts';
import { render as reconnect } from './reconnect.ts';

export const STUDY_RENDERINGS: { readonly [N in StudyName]: StudyRendering<N> } = {
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
};
