/** How a driver keeps the calendar of an open loop: by what it is woken, and what that costs it. */
import type { Arm } from './arm.ts';

/**
 * `spin` sleeps until shortly before an arrival and then looks at the clock at every turn of the event loop: on time to
 * a microsecond, at up to a whole core. `thread` is woken by a thread that sleeps until the arrival: late by a tenth of a
 * millisecond or two, at a few per cent of a core. `timer` lays the calendar on the grid of Node's timers.
 */
export const PACINGS = ['spin', 'timer', 'thread'] as const;
export type Pacing = (typeof PACINGS)[number];

/** What plans that say nothing have: all did, before there was a choice. */
const UNSAID: Pacing = 'thread';

/** Says by what calendars are kept, or nothing of it. */
interface Paced {
  readonly pacing?: Pacing | undefined;
}

/** By what the calendar of a scenario is kept in a run: by what its file says, else by what the run says. The same for every arm. */
export const pacingOf = (run: Paced, scenario: Paced): Pacing => scenario.pacing ?? run.pacing ?? UNSAID;

/** Whether anything starts by a calendar, so that pacing matters at all. */
export const hasCalendar = ({ load }: { readonly load: { readonly kind: string } }): boolean =>
  load.kind === 'open' || load.kind === 'sessions';

/** Of the cores that processes may use. */
export interface CoresAtHand {
  readonly count: number;
  /** Whether endpoint and driver are to share one. */
  readonly isShared: boolean;
}

/** One for the endpoint, one for the driver, one for all else, and one for a relay where an arm has one. */
export const coresToSpin = (arms: readonly Arm[]): number =>
  arms.some(({ variant }) => variant.mechanism === 'relay') ? 4 : 3;

/** Whether a driver can have a core for itself, so that nobody waits while it spins. */
export const maySpin = (arms: readonly Arm[], { count, isShared }: CoresAtHand): boolean =>
  !isShared && count >= coresToSpin(arms);

/** Where nobody says otherwise: as exactly as the cores at hand allow. */
export const usualPacing = (arms: readonly Arm[], cores: CoresAtHand): Pacing =>
  maySpin(arms, cores) ? 'spin' : 'thread';
