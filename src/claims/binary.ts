/** Prose: data that is not text. */
import { defineUnjudged } from './define.ts';

/** What base64 costs, and where it is paid. */
export const binary = defineUnjudged({
  kind: 'prose',
  id: 'binary',
  label: 'Binary data',
  claimed: 'WebSockets carry images, audio and files as they are; SSE carries UTF-8 text only.',
  rule: 'True if binary frames need at most 0.8 times the wire bytes of base64 in JSON over SSE, for messages that a server of the protocol would accept.',
  needs: [{ scenario: 'binary', metrics: [] }],
  wouldAnswer: '64 KiB and 1 MiB as base64 in JSON and as binary frames',
});
