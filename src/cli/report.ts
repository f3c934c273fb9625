/** `report`: looking at a run without running. */
import { readRecord } from '../result/read-record.ts';
import { readOutputs, writeOutputs } from './output.ts';

export async function reportCommand(path: string, formats: readonly string[] | undefined): Promise<void> {
  const outputs = await readOutputs(formats);
  writeOutputs(readRecord(path), outputs);
}
