/** Limits that are the same for every endpoint of the tool. */
import { bytes } from '../units.ts';

/** The same on every transport: comfortably above the largest shipped payload. */
export const MAX_MESSAGE_BYTES = bytes(16 * 1024 * 1024);
