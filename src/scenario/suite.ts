/** What `run` measures when nobody says otherwise. */

/** The shipped scenarios that answer the article's comparison, in the order of its report. */
export const ARTICLE_SUITE = [
  'tool-calls',
  'agent-loop',
  'chatty',
  'chatty-paced',
  'notifications',
  'duplex',
  'payload-sizes',
] as const;
