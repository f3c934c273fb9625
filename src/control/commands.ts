/** What the two processes of the control workload can be asked. */
import type { Nanoseconds } from '../units.ts';

export type ControlCommands = {
  /** Of the one that answers: listens on loopback. */
  listen: { body: undefined; reply: { readonly port: number } };
  /** Of the one that asks. */
  connect: { body: { readonly port: number }; reply: undefined };
  /** Of the one that asks: one message after the other, until the time is up. */
  exchange: { body: { readonly forNs: Nanoseconds }; reply: Exchanged };
  /** Processor time of the process since it began, in microseconds. */
  processorTime: { body: undefined; reply: { readonly us: number } };
};

export interface Exchanged {
  readonly exchanges: number;
  /** Round trip at the median, nearest rank. */
  readonly p50Ns: Nanoseconds;
}
