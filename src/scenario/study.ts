/**
 * A scenario whose question no workload answers, because the procedure is the question: a connection is cut, a browser
 * opens streams until it refuses, a message goes through a proxy. It is planned, run and saved step by step.
 */
import type { Arm } from './arm.ts';

/** The procedures there are; each is a folder under `studies/`. */
export const STUDY_NAMES = [
  'attribution',
  'binary',
  'connect',
  'connection-limits',
  'knee',
  'listeners',
  'multi-server',
  'proxies',
  'published',
  'reconnect',
] as const;
export type StudyName = (typeof STUDY_NAMES)[number];

/** Those that look into a browser. */
export const BROWSER_STUDIES: readonly StudyName[] = ['connection-limits'];

/** Those whose load is kept by a calendar, as a workload's is. */
export const PACED_STUDIES: readonly StudyName[] = ['knee'];

/** Those whose arms may be over an emulated network; the others have hops, cuts, distances or bare bytes of their own. */
export const NETWORKED_STUDIES: readonly StudyName[] = ['binary', 'knee', 'listeners', 'multi-server'];

/** What one step is about: its coordinates, each by name, like `{ client: 'ws', cut: 'fin' }`. What they mean is the study's business. */
export type Subject = Readonly<Record<string, string>>;

/** One subject measured once, in a process of its own. */
export interface PlannedStep {
  /** Counts from 0 in the order of execution, within its study. */
  readonly index: number;
  readonly subject: Subject;
  /** Counts from 0. */
  readonly repetition: number;
  /** The same for every subject of a repetition. */
  readonly seed: number;
}

/** One study as a run will make it. */
export interface PlannedStudy {
  /** Of the scenario, unique in a plan. Two scenarios may be the same study with other settings. */
  readonly name: string;
  /** One line: what it is. */
  readonly title: string;
  /** One or two sentences: what it shows. */
  readonly shows: string;
  readonly study: StudyName;
  readonly repeats: number;
  /** The ways of speaking MCP that it looks at; empty where the study has subjects of its own. */
  readonly arms: readonly Arm[];
  /** JSON text of its settings, every default filled in. */
  readonly settings: string;
  readonly steps: readonly PlannedStep[];
}
