/** A claim of the comparison, and what a run has to say about it. */
import type { Summary } from '../stats/summary.ts';

/** What is claimed, and by which rule it is judged. */
export type ClaimHead = ClaimName & (RowClaim | ProseClaim);

/** What every claim carries. */
export interface ClaimName {
  /** Unique among the claims, kebab-case. */
  readonly id: string;
  /** The row's name, or a few words that name a prose claim. */
  readonly label: string;
  /** How a verdict follows from a run, in words fit to print. */
  readonly rule: string;
}

/** A row of the comparison's table: one cell for each of the two. */
export interface RowClaim {
  readonly kind: 'row';
  readonly claimed: { readonly sse: string; readonly websocket: string };
}

/** A claim made in running text. */
export interface ProseClaim {
  readonly kind: 'prose';
  readonly claimed: string;
}

/** A claim that can be put to a run. */
export type Claim = ClaimHead & { readonly evaluate: (summary: Summary) => Finding };

/** A claim after it was put to a run. */
export type EvaluatedClaim = ClaimHead & { readonly finding: Finding };

/** What a run shows about a claim. */
export interface Finding {
  /** Per arm, one to three short lines; an arm of which nothing was seen has no entry. */
  readonly measured: Readonly<Record<string, readonly string[]>>;
  readonly verdict: ClaimVerdict;
  /** Ids of the cells that the finding rests on; empty where it rests on the probe sessions alone. */
  readonly cells: readonly string[];
}

/** The judgement: a word and, in one line, the reason or the condition. */
export type ClaimVerdict =
  | {
      readonly word: 'confirmed' | 'refuted' | 'depends';
      readonly because: string;
      /** `false` when the claim is true of both, so that it says nothing about which to choose. */
      readonly discriminates?: boolean;
    }
  | {
      readonly word: 'not measured';
      readonly because: string;
      /** What this run does not have: the scenario, one of the two sides, or a number that may be shown. */
      readonly lacks: 'scenario' | 'side' | 'data';
      /** What would have to be run or built to answer it. */
      readonly wouldAnswer: string;
    };

/** A verdict that was reached, as opposed to one that could not be. */
export type Judgement = Exclude<ClaimVerdict, { readonly word: 'not measured' }>;

/** The verdict's word with what must be said in the same breath. */
export const verdictWords = (verdict: ClaimVerdict): string =>
  verdict.word !== 'not measured' && verdict.discriminates === false
    ? `${verdict.word}, but does not tell them apart`
    : verdict.word;

/** Of a claim's parts, those that stand whatever a run finds. */
export function headOf(head: ClaimHead): ClaimHead {
  const { id, label, rule } = head;
  return head.kind === 'row'
    ? { id, label, rule, kind: 'row', claimed: head.claimed }
    : { id, label, rule, kind: 'prose', claimed: head.claimed };
}
