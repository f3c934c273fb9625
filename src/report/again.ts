/** How to do it again. */
import type { RunRecord } from '../result/record.ts';

/** The command that repeats a run's choices. */
export const againCommand = ({ tool, plan }: RunRecord): string => `npx ${tool.name} run --seed ${String(plan.seed)}`;
