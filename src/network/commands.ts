/** What the relay's process can be asked. */
import type { RelayLateness } from '../result/record.ts';
import type { Nanoseconds } from '../units.ts';

export type RelayCommands = {
  /** Listens for connections to a port of loopback; answers the port to connect to instead. */
  open: { body: { readonly targetPort: number }; reply: { readonly port: number } };
  /** From now on everything takes so long, each way. */
  delay: { body: { readonly oneWayNs: Nanoseconds }; reply: undefined };
  /** How late things arrived since the last reading. */
  read: { body: undefined; reply: RelayLateness };
};
