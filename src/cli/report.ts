/** `report`: looking at a run without running. */
import { readRecord } from '../result/read-record.ts';
import { type OutputFlags, readOutputs, writeOutputs } from './output.ts';

export async function reportCommand(path: string, flags: OutputFlags): Promise<void> {
  const outputs = await readOutputs(flags);
  writeOutputs(readRecord(path), outputs);
}
