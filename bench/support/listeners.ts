/** Steps of the study of listeners, all of them measured. */
import type { ListenersStep } from '#dist/stats/listeners.js';
import { measureStudy } from './studies.js';

export interface ListenersOptions {
  /** A word. */
  readonly arm: string;
  readonly connections: readonly number[];
  readonly repeats: number;
  readonly seed: number;
  /** Of the updates; the study's own without. */
  readonly rate?: string;
  /** How long updates are published. */
  readonly receive?: string;
}

/** Rejects with what the first step said that was not measured. */
export async function listenerSteps({
  arm,
  connections,
  repeats,
  seed,
  rate,
  receive = '200ms',
}: ListenersOptions): Promise<ListenersStep[]> {
  const feed = rate === undefined ? '' : `, rate: ${rate}`;
  const scenario = `
name: bench
title: Listeners
shows: that memory grows in a straight line
study: listeners
repeats: ${repeats}
arms: [${arm}]
settings: { connections: [${connections.join(', ')}], receive: ${receive}, idle: 100ms${feed} }
`;
  const { result, subjectOf, repetitionOf } = await measureStudy(scenario, seed);
  if (result.study !== 'listeners') throw new Error('the study of listeners was not run');
  return result.steps.map((step) => {
    if (step.status !== 'measured') throw new Error(`a step with listeners: ${JSON.stringify(step)}`);
    const { index, data } = step;
    return { scenario: 'bench', subject: subjectOf(index), repetition: repetitionOf(index), data };
  });
}
