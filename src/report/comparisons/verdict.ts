/** The gate's verdict on a comparison, line by line. */
import type { GateVerdict, GateWord } from '../../result/findings.ts';

const WORDS: Readonly<Record<GateWord, string>> = { pass: 'passed', fail: 'FAILED', inconclusive: 'undecided' };

/** The whole first, then what failed, what is undecided, and what passed. */
export const verdictTexts = ({ word, findings }: GateVerdict): readonly string[] => [
  `The whole: ${WORDS[word]}`,
  ...(['fail', 'inconclusive', 'pass'] as const).flatMap((one) =>
    findings.filter((finding) => finding.word === one).map(({ name, because }) => `${WORDS[one]}: ${name}: ${because}`),
  ),
];
